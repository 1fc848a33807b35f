"""A process that kills itself right before its system call number `stop`."""

COUNTED = """
def counted(real):
    def call(*arguments, **options):
        global seen
        seen += 1
        if seen == stop:
            os.kill(os.getpid(), 9)
        return real(*arguments, **options)
    return call
"""
"""The text of a wrapper that counts calls in `seen`; `os`, `stop` and `seen` are the script's own."""
