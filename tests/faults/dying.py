"""What does a web process look like that dies between COMMIT and reply? The whole application, and a list of deaths.

`DIE_AFTER_COMMIT` names a folder; each file in it is one death, taken by the next write that succeeded.
"""

import os
from pathlib import Path

from config.wsgi import application as _whole


def application(environ, start_response):
    statuses = []

    def noted(status, *rest):
        statuses.append(status)
        return start_response(status, *rest)

    answer = _whole(environ, noted)
    if environ["REQUEST_METHOD"] == "POST" and statuses[-1].startswith("200"):
        for death in Path(os.environ["DIE_AFTER_COMMIT"]).iterdir():
            death.unlink()
            os._exit(137)
    return answer
