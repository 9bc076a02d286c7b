"""La cola y el camino de una grabación: subirla sin perderla, procesarla y dejar su borrador en el expediente."""
