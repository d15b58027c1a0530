guard --replay fixtures/guard/term-then-kill.rec --json
