package law

import "time"

// feast names the public holiday that a day is, in a place, as the end of its catalog
// key, or "". Code du travail, art. L3133-1; in Alsace and Moselle L3134-13 too.
func feast(day time.Time, in Place) string {
	switch day.Format("01-02") {
	case "01-01":
		return "new_year"
	case "05-01":
		return "labour"
	case "05-08":
		return "victory"
	case "07-14":
		return "bastille"
	case "08-15":
		return "assumption"
	case "11-01":
		return "all_saints"
	case "11-11":
		return "armistice"
	case "12-25":
		return "christmas"
	case "12-26":
		if in == Alsace {
			return "saint_stephen"
		}
	}
	switch sunday := easter(day.Year()); int(day.Sub(sunday) / (24 * time.Hour)) {
	case -2:
		if in == Alsace {
			return "good_friday"
		}
	case 1:
		return "easter_monday"
	case 39:
		return "ascension"
	case 50:
		return "whit_monday"
	}
	return ""
}

// easter is the Sunday of a year of the Gregorian calendar, by the tables that
// Meeus, Jones and Butcher put into integers.
func easter(year int) time.Time {
	century, moon := year/100, year%19
	epact := (19*moon + century - century/4 - (century-(century+8)/25+1)/3 + 15) % 30
	letter := (32 + 2*(century%4) + 2*(year%100/4) - epact - year%4) % 7
	late := (moon + 11*epact + 22*letter) / 451
	n := epact + letter - 7*late + 114
	return civil(year, time.Month(n/31), n%31+1)
}

func civil(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

// idle reports whether nobody works on a day: it lengthens a period that would end
// there.
func idle(day time.Time, in Place) bool {
	return day.Weekday() == time.Saturday || sabbath(day, in)
}

// sabbath reports whether a day is not one of the jours ouvrables.
func sabbath(day time.Time, in Place) bool {
	return day.Weekday() == time.Sunday || feast(day, in) != ""
}
