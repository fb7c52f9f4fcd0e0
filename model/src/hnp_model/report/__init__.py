"""What a reader sees of an evaluation: sentences, pictures, the card."""
