"""Who may come in: certificate chains fetched and judged, and why one was refused. The way in is skill.alexa.verify."""
