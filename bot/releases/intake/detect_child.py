"""Runs alone, as a short-lived process: texts in, probabilities of languages out (JSON).

The model takes 74 MB, and a hostile text must not take the service's time: hence the limits.
Nothing of the service is imported here.
"""

from __future__ import annotations

import json
import resource
import sys

MEMORY = 2 << 30
"""Bytes of address space; numpy reserves far more than it uses."""
CPU_SECONDS = 20


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    texts = json.load(sys.stdin)
    json.dump([identifier.rank(text) for text in texts], sys.stdout)


if __name__ == "__main__":
    main()
