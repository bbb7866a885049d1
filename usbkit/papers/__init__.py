"""What leaves the station with a drive and what comes back: papers, and receipts."""
