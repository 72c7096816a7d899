"""What a printed dossier says and in which order, before it is typeset or written as HTML."""
