"""Today's name of the place of `shop.metrics`."""
