"""Output of answers: tables, boards, progress, JSON."""
