explain MW-NONSENSE
