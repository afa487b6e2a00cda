"""What happens when: the threads of the line, written against ports, never against adapters."""
