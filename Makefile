# Every target is one function of engage/bootstrap.py, so that there is one way to do each thing.
# It needs Python 3.11 or newer and nothing else.

PYTHON ?= python3
TARGETS := help run test chaos lint assets clean

export ARGS

.DEFAULT_GOAL := help
.PHONY: $(TARGETS)

$(TARGETS):
	@command -v $(PYTHON) >/dev/null || { echo "Engage needs Python 3.11 or newer, and there is no $(PYTHON) here. Install it, or name another: make $@ PYTHON=/path/to/python3" >&2; exit 1; }
	@exec $(PYTHON) engage/bootstrap.py $@
