"""La cola y el camino de una grabación: subirla sin perderla, procesarla y entregar su borrador."""
