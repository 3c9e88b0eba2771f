package authz

import "slices"

// Nature is the legal nature of a document; it decides who can ever receive it
// and by which ways (loi 71-1130 art. 66-5; RIN art. 2 and 3; CPP art. 56-1 and
// 56-1-1). It is decided by a lawyer of the space (DocumentClassify).
type Nature string

const (
	NatureNone         Nature = ""
	NatureDefense      Nature = "defense"
	NatureAdvice       Nature = "conseil"
	NatureBetween      Nature = "entre_avocats" // confidential between lawyers: never the client
	NatureOfficial     Nature = "officielle"
	NatureExhibit      Nature = "piece"
	NatureHouseCounsel Nature = "juriste"
)

// Natures lists every nature, in the order in which they are offered.
func Natures() []Nature {
	return []Nature{NatureNone, NatureDefense, NatureAdvice, NatureBetween, NatureOfficial, NatureExhibit, NatureHouseCounsel}
}

// Known reports whether there is such a nature.
func (n Nature) Known() bool { return slices.Contains(Natures(), n) }

// barred lists the roles that a nature keeps out whatever the circle. An
// unknown nature keeps everybody out.
var barred = map[Nature][]Role{
	NatureNone:         nil,
	NatureDefense:      {Guest, Reader, Expert, Clerk},
	NatureAdvice:       {Guest, Reader, Expert, Clerk},
	NatureBetween:      {Client, Reader, Expert, Clerk},
	NatureOfficial:     nil,
	NatureExhibit:      nil,
	NatureHouseCounsel: {Guest, Reader, Expert, Clerk},
}

// Bars reports whether a nature keeps a role out whatever the circle.
func (n Nature) Bars(r Role) bool {
	roles, known := barred[n]
	return !known || slices.Contains(roles, r)
}

// Way is one way on which a document, or what it is called, leaves the house.
type Way string

const (
	WayPage       Way = "page"        // its page, lists and counts, in a browser with a session
	WayLink       Way = "link"        // the same, by a link that was mailed
	WayDownload   Way = "download"    // its bytes, to keep
	WayZip        Way = "zip"         // a selection, packed
	WayShare      Way = "share"       // addressed to further circles
	WayAPI        Way = "api"         // a program with a token
	WayDrive      Way = "drive"       // a network drive
	WayCalendar   Way = "calendar"    // the calendar of a telephone: when an event is
	WayNotice     Way = "notice"      // a mail: which says nothing of it
	WayTitle      Way = "title"       // a mail that says what it is called, where the lawyer of a space chose so
	WayEnclosed   Way = "enclosed"    // the file itself in a mail, unsealed, where the lawyer of a space chose so
	WayEvent      Way = "event"       // events and webhooks: identifiers
	WayExport     Way = "export"      // the whole firm, sealed, for itself
	WayClientFile Way = "client_file" // « Emporter mon dossier »
	WaySupport    Way = "support"     // the people of the host, whom somebody lets look
	WayForum      Way = "forum"       // the common table of several parties
)

// closed lists, for each way, the natures that never take it. Those that do
// still reach only whom [barred] and the circles let; a way that is not here is
// closed to all.
var closed = map[Way][]Nature{
	WayPage: nil, WayLink: nil, WayDownload: nil, WayZip: nil, WayShare: nil, WayAPI: nil, WayDrive: nil,
	WayNotice: nil, WayEvent: nil, WayExport: nil,
	// A calendar shows events, which have no nature, and no document.
	WayCalendar: {NatureDefense, NatureAdvice, NatureBetween, NatureOfficial, NatureExhibit, NatureHouseCounsel},
	// A mail is read by whoever reads the mailbox.
	WayTitle: {NatureDefense, NatureAdvice, NatureBetween, NatureHouseCounsel},
	// What a mail carries is out of the house for good: only what a lawyer has said to
	// be made for others.
	WayEnclosed: {NatureNone, NatureDefense, NatureAdvice, NatureBetween, NatureHouseCounsel},
	// The client's own copy holds nothing that was said between lawyers.
	WayClientFile: {NatureBetween},
	// What is privileged is so towards the host too.
	WaySupport: {NatureDefense, NatureAdvice, NatureBetween, NatureHouseCounsel},
	// What goes onto a common table was made to be shown: a lawyer has said so.
	WayForum: {NatureNone, NatureDefense, NatureAdvice, NatureBetween, NatureHouseCounsel},
}

// Ways lists every way out, in the order of the table in doc/natures.md.
func Ways() []Way {
	return []Way{
		WayPage, WayLink, WayDownload, WayZip, WayShare, WayAPI, WayDrive, WayCalendar, WayNotice, WayTitle, WayEnclosed, WayEvent, WayExport, WayClientFile, WaySupport, WayForum,
	}
}

// Takes reports whether documents of a nature ever leave by a way.
func (n Nature) Takes(w Way) bool {
	shut, known := closed[w]
	return known && n.Known() && !slices.Contains(shut, n)
}

// ways is the way out that an actor stands on.
var ways = map[Via]Way{
	ViaPassword: WayPage, ViaCode: WayPage, ViaPasskey: WayPage, ViaProvider: WayPage, ViaProviderCode: WayPage, ViaKeycard: WayPage,
	ViaLink: WayLink, ViaLinkCode: WayLink, ViaLinkSent: WayLink, ViaToken: WayAPI, ViaDrive: WayDrive,
	ViaCalendar: WayCalendar, ViaJob: WayNotice, ViaMail: WayTitle, ViaEnclosed: WayEnclosed, ViaCommand: WayExport,
	ViaSupport: WaySupport,
}
