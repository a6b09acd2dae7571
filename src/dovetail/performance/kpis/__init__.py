"""The KPIs of ISO 22400-2 and their kin, one formula to a file; a file put here is a KPI of the installation."""
