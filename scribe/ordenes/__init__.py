"""Las órdenes de la terminal, una por archivo."""
