"""What gates carry for one another: admissions, outcomes, lists and journals' heads."""
