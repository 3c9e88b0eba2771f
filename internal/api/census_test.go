package api_test

import (
	"testing"

	"cenacle/internal/api"
	"cenacle/internal/authz"
	"cenacle/internal/web"
	"cenacle/internal/web/page/mailbox"
	"cenacle/internal/web/page/styleguide"
	"cenacle/internal/web/site"
)

// twins are the pages of a firm and the operation that does the same for a
// program; a blank begins the reason why there is none.
var twins = map[string]string{
	"GET /f/{firm}":                                                             "getDesk",
	"GET /f/{firm}/spaces/new":                                                  "listModels",
	"POST /f/{firm}/spaces/new":                                                 "openSpace",
	"GET /f/{firm}/people":                                                      "listPeople",
	"GET /f/{firm}/charter":                                                     "getCharter",
	"POST /f/{firm}/charter":                                                    "answerCharter",
	"GET /f/{firm}/charter/edit":                                                "listCharterAnswers",
	"POST /f/{firm}/charter/edit":                                               "publishCharter",
	"GET /f/{firm}/reviews":                                                     "listReviews",
	"POST /f/{firm}/reviews":                                                    "chooseReviews",
	"GET /f/{firm}/message-sizes":                                               "listMessageSizes",
	"POST /f/{firm}/message-sizes":                                              "setMessageSizes",
	"POST /f/{firm}/spaces/{space}/people/{person}/review":                      "keepMember",
	"POST /f/{firm}/spaces/{space}/people/{person}/review/end":                  "removeMember",
	"POST /f/{firm}/factors":                                                    "demandFactors",
	"POST /f/{firm}/approval":                                                   "demandApprovalEverywhere",
	"POST /f/{firm}/people":                                                     "addColleague",
	"GET /f/{firm}/people/{colleague}":                                          "getColleague",
	"POST /f/{firm}/people/{colleague}/rank":                                    "rankColleague",
	"POST /f/{firm}/people/{colleague}/leave":                                   "endColleague",
	"GET /f/{firm}/programs":                                                    " a program keeps no programs",
	"POST /f/{firm}/programs":                                                   " a program makes no programs",
	"POST /f/{firm}/programs/{program}/revoke":                                  " a program ends no programs",
	"GET /f/{firm}/notices":                                                     "getNoticeHours",
	"POST /f/{firm}/notices":                                                    "chooseNoticeHours",
	"GET /f/{firm}/support":                                                     "listFirmSupport",
	"POST /f/{firm}/support":                                                    " a program lets nobody look",
	"POST /f/{firm}/support/{permission}/end":                                   "endFirmSupport",
	"GET /f/{firm}/spaces/{space}/support":                                      "listSupport",
	"POST /f/{firm}/spaces/{space}/support":                                     " a program lets nobody look",
	"POST /f/{firm}/spaces/{space}/support/{support}/end":                       "endSupport",
	"GET /f/{firm}/absences":                                                    "listAbsences",
	"GET /f/{firm}/diffusions":                                                  "listDiffusions",
	"GET /f/{firm}/diffusions/new":                                              " a program knows the spaces that it writes to",
	"POST /f/{firm}/diffusions/new":                                             "prepareDiffusion",
	"GET /f/{firm}/diffusions/{diffusion}":                                      "getDiffusion",
	"GET /f/{firm}/diffusions/{diffusion}/edit":                                 "getDiffusion",
	"POST /f/{firm}/diffusions/{diffusion}/edit":                                "changeDiffusion",
	"POST /f/{firm}/diffusions/{diffusion}/send":                                "sendDiffusion",
	"GET /f/{firm}/diffusions/{diffusion}/live":                                 " a program asks again (getDiffusion)",
	"POST /f/{firm}/diffusions/{diffusion}/cancel":                              "cancelDiffusion",
	"POST /f/{firm}/diffusions/{diffusion}/discard":                             "discardDiffusion",
	"POST /f/{firm}/diffusions/{diffusion}/recall":                              "recallDiffusion",
	"GET /f/{firm}/diffusions/{diffusion}/file":                                 "getDiffusionFile",
	"GET /f/{firm}/diffusions/{diffusion}/spaces/{space}/people/{person}/proof": "getDiffusionProof",
	"POST /f/{firm}/absences":                                                   "announceAbsence",
	"GET /f/{firm}/people/{colleague}/absence":                                  "listAbsencesOf",
	"POST /f/{firm}/people/{colleague}/absence":                                 "announceAbsenceFor",
	"POST /f/{firm}/absences/{absence}/end":                                     "endAbsence",
	"GET /f/{firm}/where":                                                       "listPlaces",
	"GET /f/{firm}/where/file":                                                  "getPlacesFile",
	"GET /f/{firm}/groups":                                                      "listGroups",
	"POST /f/{firm}/groups":                                                     "makeGroup",
	"GET /f/{firm}/groups/{group}":                                              "listGroups",
	"POST /f/{firm}/groups/{group}":                                             "renameGroup",
	"POST /f/{firm}/groups/{group}/dissolve":                                    "dissolveGroup",
	"POST /f/{firm}/groups/{group}/people":                                      "admitToGroup",
	"POST /f/{firm}/groups/{group}/people/{colleague}/remove":                   "dismissFromGroup",
	"POST /f/{firm}/spaces/{space}/groups":                                      "attachGroup",
	"POST /f/{firm}/spaces/{space}/groups/{group}/detach":                       "detachGroup",
	"POST /f/{firm}/spaces/{space}/level":                                       "chooseNoticeLevel",
	"POST /f/{firm}/spaces/{space}/people/{person}/retry":                       "retryMember",
	"POST /f/{firm}/spaces/{space}/mute":                                        "muteSpace",
	"GET /f/{firm}/journal":                                                     "listJournal",
	"GET /f/{firm}/search":                                                      "searchDocuments",

	"GET /f/{firm}/entrance":                      " a program lets nobody in",
	"POST /f/{firm}/entrance":                     " a program lets nobody in",
	"POST /f/{firm}/entrance/keys":                " a program lets nobody in",
	"POST /f/{firm}/entrance/plate":               " a program lets nobody in",
	"POST /f/{firm}/entrance/logo":                " a program lets nobody in",
	"POST /f/{firm}/entrance/logo/remove":         " a program lets nobody in",
	"GET /f/{firm}/entrance/host":                 "getHost",
	"POST /f/{firm}/entrance/host":                "claimHost",
	"POST /f/{firm}/entrance/host/check":          "checkHost",
	"POST /f/{firm}/entrance/host/drop":           "dropHost",
	"POST /f/{firm}/entrance/host/end":            "endHost",
	"GET /f/{firm}/entrance/{provider}":           " a program lets nobody in",
	"POST /f/{firm}/entrance/{provider}":          " a program lets nobody in",
	"POST /f/{firm}/entrance/{provider}/end":      " a program lets nobody in",
	"GET /f/{firm}/connections":                   "listWebhooks",
	"POST /f/{firm}/connections":                  "createWebhook",
	"GET /f/{firm}/connections/{webhook}":         "listNotices",
	"POST /f/{firm}/connections/{webhook}":        "changeWebhook",
	"POST /f/{firm}/connections/{webhook}/test":   "pingWebhook",
	"POST /f/{firm}/connections/{webhook}/replay": "replayNotices",
	"POST /f/{firm}/connections/{webhook}/secret": "rotateWebhook",
	"POST /f/{firm}/connections/{webhook}/pause":  "pauseWebhook",
	"POST /f/{firm}/connections/{webhook}/resume": "resumeWebhook",
	"POST /f/{firm}/connections/{webhook}/end":    "endWebhook",

	"GET /f/{firm}/spaces/{space}":                                         "getSpace",
	"GET /f/{firm}/spaces/{space}/live":                                    "streamEvents",
	"GET /f/{firm}/spaces/{space}/list":                                    "listDocuments",
	"POST /f/{firm}/spaces/{space}/name":                                   "renameSpace",
	"GET /f/{firm}/spaces/{space}/folders":                                 "getSpace",
	"POST /f/{firm}/spaces/{space}/folders":                                "addFolder",
	"GET /f/{firm}/spaces/{space}/folders/{folder}":                        "getFolderAudience",
	"POST /f/{firm}/spaces/{space}/folders/{folder}":                       "addressFolder",
	"GET /f/{firm}/spaces/{space}/people":                                  "listMembers",
	"POST /f/{firm}/spaces/{space}/people":                                 "addMember",
	"POST /f/{firm}/spaces/{space}/people/{person}/remove":                 "removeMember",
	"POST /f/{firm}/spaces/{space}/people/{person}/invite":                 "inviteMember",
	"POST /f/{firm}/spaces/{space}/people/{person}/mobile":                 "setMobile",
	"POST /f/{firm}/spaces/{space}/zip":                                    "packDocuments",
	"POST /f/{firm}/spaces/{space}/moves":                                  "reviseDocument",
	"POST /f/{firm}/spaces/{space}/moves/undo":                             "undoDocument",
	"GET /f/{firm}/spaces/{space}/trash":                                   "listTrash",
	"POST /f/{firm}/spaces/{space}/holds":                                  "placeHold",
	"POST /f/{firm}/spaces/{space}/holds/{hold}/lift":                      "liftHold",
	"GET /f/{firm}/spaces/{space}/journal":                                 "listSpaceJournal",
	"GET /f/{firm}/spaces/{space}/access":                                  "listOpenings",
	"POST /f/{firm}/spaces/{space}/freeze":                                 "freezeSpace",
	"POST /f/{firm}/spaces/{space}/thaw":                                   "thawSpace",
	"POST /f/{firm}/spaces/{space}/lead":                                   "handSpace",
	"POST /f/{firm}/spaces/{space}/walls":                                  "raiseWall",
	"POST /f/{firm}/spaces/{space}/walls/{person}/lift":                    "liftWall",
	"POST /f/{firm}/spaces/{space}/people/{person}/see":                    "seeAsMember",
	"POST /f/{firm}/spaces/{space}/circles":                                "makeCircle",
	"GET /f/{firm}/spaces/{space}/circles/{named}":                         "getCircle",
	"POST /f/{firm}/spaces/{space}/circles/{named}":                        "renameCircle",
	"POST /f/{firm}/spaces/{space}/circles/{named}/people":                 "admitToCircle",
	"POST /f/{firm}/spaces/{space}/circles/{named}/people/{person}/remove": "dismissFromCircle",

	"GET /f/{firm}/spaces/{space}/documents/{document}":                         "getDocument",
	"GET /f/{firm}/spaces/{space}/documents/{document}/view":                    "getContent",
	"GET /f/{firm}/spaces/{space}/documents/{document}/file":                    "getContent",
	"GET /f/{firm}/spaces/{space}/documents/{document}/versions/{version}/file": "getVersionContent",
	"POST /f/{firm}/spaces/{space}/documents/{document}/address":                "addressDocument",
	"GET /f/{firm}/vigilance":                                                   "listVigilanceDue",
	"GET /f/{firm}/spaces/{space}/vigilance":                                    "getVigilance",
	"POST /f/{firm}/spaces/{space}/vigilance/likeness":                          "decideLikeness",
	"GET /f/{firm}/sanctions":                                                   "getSanctionList",
	"POST /f/{firm}/sanctions":                                                  "importSanctionList",
	"GET /f/{firm}/sanctions/search":                                            "getSanctionList",
	"POST /f/{firm}/sanctions/search":                                           "searchSanctions",
	"POST /f/{firm}/spaces/{space}/vigilance":                                   "keepVigilance",
	"GET /f/{firm}/conflicts":                                                   " an empty form",
	"POST /f/{firm}/conflicts":                                                  "searchConflicts",
	"POST /f/{firm}/spaces/{space}/aliases":                                     "addAlias",
	"POST /f/{firm}/spaces/{space}/aliases/{alias}/remove":                      "removeAlias",
	"POST /f/{firm}/spaces/{space}/parties":                                     "addParty",
	"POST /f/{firm}/spaces/{space}/parties/{party}/remove":                      "removeParty",
	"POST /f/{firm}/spaces/{space}/documents/{document}/release":                "releaseDocument",
	"POST /f/{firm}/spaces/{space}/documents/{document}/release/set":            "setRelease",
	"POST /f/{firm}/spaces/{space}/documents/{document}/release/cancel":         "cancelRelease",
	"GET /f/{firm}/spaces/{space}/exhibits":                                     "listExhibits",
	"GET /f/{firm}/spaces/{space}/exhibits/file":                                "getExhibitFile",
	"GET /f/{firm}/spaces/{space}/exhibits/{version}/stamped":                   "getStampedExhibit",
	"POST /f/{firm}/spaces/{space}/exhibits/pack":                               "packExhibits",
	"POST /f/{firm}/spaces/{space}/circles/{named}/paper":                       "branchParty",
	"POST /f/{firm}/spaces/{space}/circles/{named}/paper/end":                   "unbranchParty",
	"POST /f/{firm}/spaces/{space}/circles/{named}/services":                    "serveExhibits",
	"GET /f/{firm}/spaces/{space}/questions":                                    "listQuestions",
	"POST /f/{firm}/spaces/{space}/questions":                                   "askQuestion",
	"POST /f/{firm}/spaces/{space}/demand":                                      "setForumDemand",
	"POST /f/{firm}/spaces/{space}/questions/rule":                              "setForumPattern",
	"GET /f/{firm}/spaces/{space}/questions/{question}":                         "getQuestion",
	"POST /f/{firm}/spaces/{space}/questions/{question}/answer":                 "answerQuestion",
	"POST /f/{firm}/spaces/{space}/questions/{question}/withdraw":               "withdrawQuestion",
	"POST /f/{firm}/spaces/{space}/exhibits/instant":                            "setForumInstant",
	"POST /f/{firm}/spaces/{space}/exhibits/instant/cancel":                     "cancelForumInstant",
	"GET /f/{firm}/spaces/{space}/register":                                     "getRegister",
	"POST /f/{firm}/spaces/{space}/attestations":                                "drawAttestation",
	"GET /f/{firm}/spaces/{space}/attestations/{attestation}":                   "listAttestations",
	"GET /f/{firm}/spaces/{space}/attestations/{attestation}/file":              "getAttestationFile",
	"GET /f/{firm}/spaces/{space}/register/file":                                "getRegisterFile",
	"POST /f/{firm}/spaces/{space}/documents/{document}/recall":                 "recallDocument",
	"POST /f/{firm}/spaces/{space}/approval":                                    "demandApproval",
	"POST /f/{firm}/spaces/{space}/documents/{document}/approval":               "approveDocument",
	"POST /f/{firm}/spaces/{space}/documents/{document}/nature":                 "classifyDocument",
	"GET /f/{firm}/spaces/{space}/documents/{document}/why":                     "explainDocument",
	"POST /f/{firm}/spaces/{space}/documents/{document}/name":                   "reviseDocument",
	"POST /f/{firm}/spaces/{space}/documents/{document}/scan":                   "scanAgain",
	"GET /f/{firm}/spaces/{space}/documents/{document}/photo":                   " before and after, for eyes; a program has the PDF made",
	"POST /f/{firm}/spaces/{space}/documents/{document}/photo":                  "straightenPhoto",
	"GET /f/{firm}/spaces/{space}/documents/{document}/archive":                 "previewArchive",
	"POST /f/{firm}/spaces/{space}/documents/{document}/archive":                "unpackArchive",
	"POST /f/{firm}/spaces/{space}/documents/{document}/delete":                 "deleteDocument",
	"POST /f/{firm}/spaces/{space}/documents/{document}/restore":                "restoreDocument",

	"POST /f/{firm}/spaces/{space}/imports":            "previewImport",
	"POST /f/{firm}/spaces/{space}/files":              "fileDocument",
	"OPTIONS /f/{firm}/spaces/{space}/uploads":         "describeUploads",
	"POST /f/{firm}/spaces/{space}/uploads":            "beginUpload",
	"HEAD /f/{firm}/spaces/{space}/uploads/{upload}":   "getUpload",
	"PATCH /f/{firm}/spaces/{space}/uploads/{upload}":  "continueUpload",
	"DELETE /f/{firm}/spaces/{space}/uploads/{upload}": "giveUpUpload",

	"POST /f/{firm}/spaces/{space}/deposit/close":               "closeDeposit",
	"POST /f/{firm}/spaces/{space}/deposit-links":               "makeDepositLink",
	"POST /f/{firm}/spaces/{space}/deposit-links/{link}/resend": "resendDepositLink",
	"POST /f/{firm}/spaces/{space}/deposit-links/{link}/revoke": "revokeDepositLink",
	"GET /f/{firm}/spaces/{space}/receipts/{receipt}":           "getReceipt",
	"GET /f/{firm}/spaces/{space}/receipts/{receipt}/file":      "getReceiptFile",

	"GET /f/{firm}/spaces/{space}/requests":               "listRequests",
	"POST /f/{firm}/spaces/{space}/requests":              "askForPapers",
	"POST /f/{firm}/spaces/{space}/requests/reuse":        "reusePaper",
	"POST /f/{firm}/spaces/{space}/requests/remind":       "remindPerson",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/lack":   "lackPaper",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/use":    "usePaper",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/accept": "acceptPaper",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/return": "returnPaper",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/waive":  "waivePaper",
	"POST /f/{firm}/spaces/{space}/requests/{ask}/renew":  "renewRequest",
	"POST /f/{firm}/spaces/{space}/deposit/switch":        "setDepositRule",

	"GET /f/{firm}/agenda":                                "listAgenda",
	"GET /f/{firm}/spaces/{space}/agenda":                 "listSpaceAgenda",
	"POST /f/{firm}/spaces/{space}/agenda":                "addEvent",
	"GET /f/{firm}/spaces/{space}/agenda/deadline":        "reckonDeadline",
	"POST /f/{firm}/spaces/{space}/agenda/deadline":       "addDeadline",
	"GET /f/{firm}/spaces/{space}/agenda/{event}":         "getEvent",
	"GET /f/{firm}/spaces/{space}/agenda/{event}/why":     "explainEvent",
	"POST /f/{firm}/spaces/{space}/agenda/{event}":        "changeEvent",
	"POST /f/{firm}/spaces/{space}/agenda/{event}/cancel": "cancelEvent",
	"POST /f/{firm}/spaces/{space}/agenda/read":           "readEvents",

	"GET /f/{firm}/spaces/{space}/dires":                         "listDires",
	"POST /f/{firm}/spaces/{space}/dires":                        "fileDire",
	"GET /f/{firm}/spaces/{space}/dires/paper":                   "getDirePaper",
	"GET /f/{firm}/spaces/{space}/dires/file":                    "getDireFile",
	"GET /f/{firm}/spaces/{space}/dires/draft":                   "getDireDraft",
	"POST /f/{firm}/spaces/{space}/dires/draft":                  "saveDireDraft",
	"POST /f/{firm}/spaces/{space}/dires/day":                    "setDireDay",
	"GET /f/{firm}/spaces/{space}/dires/{dire}":                  "getDire",
	"POST /f/{firm}/spaces/{space}/dires/{dire}/answers":         "saveDireAnswers",
	"POST /f/{firm}/spaces/{space}/dires/{dire}/answers/publish": "publishDireAnswers",

	"GET /f/{firm}/spaces/{space}/offers":                   "listOffers",
	"POST /f/{firm}/spaces/{space}/offers":                  "askOffers",
	"GET /f/{firm}/spaces/{space}/offers/{round}":           "getOffers",
	"GET /f/{firm}/spaces/{space}/offers/{round}/file":      "getOfferFile",
	"POST /f/{firm}/spaces/{space}/offers/{round}/put":      "putOffer",
	"POST /f/{firm}/spaces/{space}/offers/{round}/withdraw": "withdrawOffer",
	"POST /f/{firm}/spaces/{space}/offers/{round}/unlock":   "unlockOffers",

	"GET /f/{firm}/spaces/{space}/slots":                  "listSlots",
	"POST /f/{firm}/spaces/{space}/slots":                 "proposeSlots",
	"POST /f/{firm}/spaces/{space}/slots/{slot}/choose":   "chooseSlot",
	"POST /f/{firm}/spaces/{space}/slots/{slot}/decline":  "declineSlots",
	"POST /f/{firm}/spaces/{space}/slots/{slot}/withdraw": "withdrawSlots",

	"POST /f/{firm}/spaces/{space}/memos":                    "writeMemo",
	"POST /f/{firm}/spaces/{space}/memos/read":               "readMemos",
	"POST /f/{firm}/spaces/{space}/memos/{memo}/acknowledge": "acknowledgeMemo",
	"GET /f/{firm}/spaces/{space}/memos/{memo}/why":          "explainMemo",
	"POST /f/{firm}/spaces/{space}/draft":                    "saveDraft",
}

// TestEveryPageHasItsOperation: what people do in a firm, programs can do, or
// there is a reason.
func TestEveryPageHasItsOperation(t *testing.T) {
	operations := map[string]api.Operation{}
	for _, o := range api.Routes(&api.Nouns{}) {
		operations[o.Name] = o
	}
	left := map[string]bool{}
	for pattern := range twins {
		left[pattern] = true
	}
	for _, page := range site.Routes(site.Pages{Mailbox: &mailbox.Pages{}, StyleGuide: &styleguide.Pages{}}) {
		if page.Door != web.Member {
			continue
		}
		delete(left, page.Pattern)
		twin := twins[page.Pattern]
		if twin != "" && twin[0] == ' ' {
			continue
		}
		if _, found := operations[twin]; !found {
			t.Errorf("%s has no operation: %q", page.Pattern, twin)
		}
	}
	for pattern := range left {
		t.Errorf("the page %s is gone", pattern)
	}
}

// TestCensus wants every action that there is to be reachable, or left out for
// a reason.
func TestCensus(t *testing.T) {
	leftOut := map[authz.Action]string{
		authz.FirmDoor:        "a program lets nobody in",
		authz.FirmVouch:       "a program lets nobody in",
		authz.SupportGive:     "a program lets nobody look",
		authz.FirmSupportGive: "a program lets nobody look",
		authz.TokenKeep:       "a program makes and ends no token",
		authz.TokenGive:       "a program makes and ends no token",
	}
	reached := map[authz.Action]bool{}
	for _, o := range api.Routes(&api.Nouns{}) {
		reached[o.Action] = true
		for _, also := range o.Also {
			reached[also] = true
		}
	}
	for _, action := range authz.Actions() {
		if _, left := leftOut[action]; left == reached[action] {
			t.Errorf("%s: reached %v, left out %v", action, reached[action], left)
		}
	}
}
