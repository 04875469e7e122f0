"""The parts of infra/scripts/endpoint. They need only git, rustfmt and Python."""
