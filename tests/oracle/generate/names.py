"""Identifiers, of the plain kind mostly."""

TABLES = ["item", "account", "orders", "invoice", "product", "customer", "ticket", "event", "audit_log", "tag", "team", "membership", "address", "job",
          "setting", "session", "device", "report", "payment", "file", "comment_thread", "role", "permission", "project", "note"]
COLUMNS = ["name", "title", "status", "kind", "amount", "price", "quantity", "created_at", "updated_at", "email", "code", "position", "payload", "flag",
           "is_active", "description", "slug", "score", "token", "valid_from", "valid_to", "owner", "notes", "data", "level", "url", "version", "state"]
ODD_TABLES = ["order", "user", "group", "UserProfile", "camelCase", "odd name", "table", "select", "with-dash", "Größe", "per%cent", "a_table_with_quite_a_long_name_that_still_fits_into_sixty3",
              "window", "9lives", "x$y"]
ODD_COLUMNS = ["order", "user", "end", "createdAt", "Mixed_Case", "odd column", "from", "type", "größe", "desc", "with.dot", "check", "default", "column", "limit",
               "a_column_with_quite_a_long_name_that_still_fits_into_63_bytes", "timestamp", "date", "values", "primary", "per%cent"]


class Names:
    """Gives names that no object of the history has had, so that the order of branches does not matter."""

    def __init__(self, random):
        self.random = random
        self.used = set()

    def fresh(self, plain, odd, oddity=0.12):
        name = self.random.choice(odd if self.random.random() < oddity else plain)
        return self.unused(name)

    def unused(self, name):
        """The name, or the name with a number where it is used."""
        number, made = 2, name
        while made in self.used:
            made = f"{name[:58]}_{number}" if len(name.encode()) < 60 else f"{name[:50]}_{number}"
            number += 1
        self.used.add(made)
        return made

    def table(self):
        return self.fresh(TABLES, ODD_TABLES)

    def column(self, taken):
        """A column's name; it needs to be new in its table alone."""
        for _ in range(40):
            name = self.random.choice(ODD_COLUMNS if self.random.random() < 0.12 else COLUMNS)
            if name not in taken:
                return name
        return f"extra_{len(taken)}"

    def of(self, prefix, *parts):
        """A name as people make it of a table's and a column's."""
        return self.unused("_".join([prefix, *parts])[:60])
