"""Staff training: a crowd, a clock and a gate where nothing is real."""
