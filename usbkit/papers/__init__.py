"""Papers that leave the station with a drive, and receipts that come back."""
