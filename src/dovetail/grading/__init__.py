"""What a driver is worth: examined by the suites that the house ships, graded in four words."""
