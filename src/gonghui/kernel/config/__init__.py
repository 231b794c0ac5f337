"""Settings (配置项): what administrators may tune while the platform runs."""
