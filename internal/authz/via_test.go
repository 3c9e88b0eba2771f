package authz

import "testing"

// However somebody has signed in, it leads to what is addressed to her: each way of
// doing so is one of the ways out of the house, and those of a session are the page,
// or the link that was mailed.
func TestEveryViaIsAWayOut(t *testing.T) {
	for via, want := range map[Via]Way{
		ViaPassword: WayPage, ViaCode: WayPage, ViaPasskey: WayPage, ViaProvider: WayPage, ViaProviderCode: WayPage, ViaKeycard: WayPage,
		ViaLink: WayLink, ViaLinkCode: WayLink, ViaLinkSent: WayLink, ViaToken: WayAPI, ViaDrive: WayDrive, ViaCalendar: WayCalendar, ViaJob: WayNotice, ViaMail: WayTitle, ViaEnclosed: WayEnclosed, ViaCommand: WayExport,
		ViaSupport: WaySupport,
	} {
		if ways[via] != want {
			t.Errorf("%s leads out by %q, want %q", via, ways[via], want)
		}
	}
	if way, known := ways[ViaDepositLink]; known {
		t.Errorf("a link to deposit by shows documents by %q", way)
	}
}
