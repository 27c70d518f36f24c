DELETE FROM `session_kit_cutoff`
