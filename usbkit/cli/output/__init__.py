"""How answers are shown: tables, boards, progress, JSON."""
