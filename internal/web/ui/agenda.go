package ui

// Event is one line of an agenda. Template "event".
type Event struct {
	ID, Href            string
	Weekday, Day, Month string // of its beginning, as a calendar leaf shows them
	Hours               string // when on that day, and until when
	At                  string // the hour at which it begins, or empty
	Title, Kind, Place  string
	Space               string // in an agenda over several
	Audience            string // for the firm's side
	Deadline            bool
	Internal            bool
	Unread              bool
	Cancelled           bool
	Again               bool // one of several
}

// Month is the events that begin in one. Template "months" takes []Month.
type Month struct {
	ID, Title string
	Events    []Event
}

// Agenda is dates as a list by months, or as a calendar. Template "agenda".
type Agenda struct {
	Views    []Link // as what else it can be looked at; the one that is shown has no address
	Months   []Month
	Calendar *Calendar // instead of Months
	Empty    Empty
	Other    Link // from a list to what is past, or back to what comes
	More     *More
}

// Calendar is the weeks of a month, or one week. Template "calendar".
type Calendar struct {
	Title         string
	Before, After Link
	Weekdays      []string
	Weeks         [][]CalendarDay
	Free          string // said when nothing is in it, or empty
	More          string // said when there is more than it shows, or empty
}

// CalendarDay is one day of a calendar.
type CalendarDay struct {
	Day, Full  string // « 10 », « jeudi 10 décembre 2026 »
	Out, Today bool   // of another month; the day it is
	Events     []Event
}
