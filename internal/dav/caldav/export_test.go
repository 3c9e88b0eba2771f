package caldav

// Text is a calendar whose events say what people wrote, which no calendar of ours
// does: it holds the writer, and not the choice of what is written.
func Text(summaries []string) string {
	var l lines
	l.begin()
	for _, s := range summaries {
		l.plain("BEGIN", "VEVENT")
		l.plain("UID", "x@cenacle")
		l.plain("DTSTAMP", "20261210T130000Z")
		l.text("SUMMARY", s)
		l.plain("END", "VEVENT")
	}
	l.end()
	return l.String()
}
