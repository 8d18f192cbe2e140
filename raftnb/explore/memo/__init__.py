"""What is known of the actions of a model, filled by running Python."""
