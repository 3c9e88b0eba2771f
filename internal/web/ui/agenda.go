package ui

// Event is one line of an agenda. Template "event".
type Event struct {
	ID, Href            string
	Weekday, Day, Month string // of its beginning, as a calendar leaf shows them
	Hours               string // when on that day, and until when
	Title, Kind, Place  string
	Space               string // in an agenda over several
	Audience            string // for the firm's side
	Deadline            bool
	Internal            bool
	Unread              bool
	Cancelled           bool
}

// Month is the events that begin in one. Template "months" takes []Month.
type Month struct {
	ID, Title string
	Events    []Event
}
