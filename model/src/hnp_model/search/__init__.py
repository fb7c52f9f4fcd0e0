"""Looking for the settings of a fit that do best on val; test is never opened."""
