"""Una medida por archivo; cada una con su definición y su fuente en `docs/decisiones/sintesis.md`."""
