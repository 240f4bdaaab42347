package stage

// withIssues adds the permission that the bot needs where it keeps issues.
func (s *Stage) withIssues(permissions map[string]string) map[string]string {
	if s.issues {
		permissions["issues"] = "write"
	}
	return permissions
}
