"""Controls that several panels use. None of them knows a service, a panel or the workspace."""
