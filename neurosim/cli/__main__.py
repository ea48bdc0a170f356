"""``python -m neurosim.cli`` is ``neurosim``."""

from neurosim.cli.main import main

if __name__ == "__main__":
    main()
