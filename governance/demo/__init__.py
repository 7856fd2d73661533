"""An invented mid-size insurer in every stage and trouble, so that everything can be seen at once."""
