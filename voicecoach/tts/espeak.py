"""Find eSpeak NG on Linux.

pyttsx3 asks the dynamic loader for `libespeak-ng.so.1`.
"""

from __future__ import annotations

import ctypes
import os

LIBRARY = "libespeak-ng.so.1"


def provide_espeak() -> None:
    """Make `libespeak-ng.so.1` loadable by name.

    The system's own library is preferred to the one that espeakng-loader brings.

    Raises:
        ImportError: There is neither of them.
        OSError: The brought library does not load.
    """
    try:
        ctypes.CDLL(LIBRARY)
    except OSError:
        import espeakng_loader
    else:
        return
    # The library's compiled-in data path is its build machine's.
    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    # Loaded once under its soname and globally, it is what pyttsx3's own load by name then finds.
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
