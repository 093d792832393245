"""The language between schools, the samenwerkingsverband and gemeenten: what a party installs to send or read its events."""
