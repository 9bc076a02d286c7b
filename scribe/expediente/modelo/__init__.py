"""Los tipos del expediente: con ellos se habla con la API y con los demás cuartos.

Los nombres siguen el apéndice B de la NOM-024-SSA3-2010; lo colombiano, el anexo de la Res. 866 de 2021
(el número de elemento va en cada campo). Lo que aquí se valida por forma, la base lo vuelve a exigir
donde puede; lo cifrado solo se valida aquí.
"""

from scribe.expediente.modelo.atencion import Consentimiento, DatosEncuentro, Encuentro
from scribe.expediente.modelo.clinico import Afirmacion, Alergia, Diagnostico, Medicacion, Problema, Receta
from scribe.expediente.modelo.comun import Finalidad, Nombre, Pais, RolUsuario, Texto
from scribe.expediente.modelo.nota import (
    ABIERTAS,
    EstadoNota,
    FirmaNota,
    NotaGuardada,
    PasoNota,
    Tarea,
    VersionNota,
)
from scribe.expediente.modelo.personal import DatosUsuario, Establecimiento, Usuario
from scribe.expediente.modelo.personas import (
    DatosPaciente,
    Domicilio,
    Fusion,
    Identificador,
    Paciente,
    PacienteHallado,
)

__all__ = [
    "ABIERTAS",
    "Afirmacion",
    "Alergia",
    "Consentimiento",
    "DatosEncuentro",
    "DatosPaciente",
    "DatosUsuario",
    "Diagnostico",
    "Domicilio",
    "Encuentro",
    "Establecimiento",
    "EstadoNota",
    "Finalidad",
    "FirmaNota",
    "Fusion",
    "Identificador",
    "Medicacion",
    "Nombre",
    "NotaGuardada",
    "Paciente",
    "PacienteHallado",
    "Pais",
    "PasoNota",
    "Problema",
    "Receta",
    "RolUsuario",
    "Tarea",
    "Texto",
    "Usuario",
    "VersionNota",
]
