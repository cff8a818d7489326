"""What the guard sees: screens and widgets that show values and know nothing of where they live."""
