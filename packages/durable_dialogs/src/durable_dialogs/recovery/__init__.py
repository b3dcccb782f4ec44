"""What may not be drawn yet, and how it is drawn after all."""
