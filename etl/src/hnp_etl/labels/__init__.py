"""What a label says of an image. Pure."""
