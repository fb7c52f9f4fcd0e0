"""What each command is asked to do; free of torch and numpy, so that --help comes at once."""
