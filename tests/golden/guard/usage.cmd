guard --status --last
