package likeness

import "testing"

// TestRomanised: one name in the romanisations that are met, and names that are others.
func TestRomanised(t *testing.T) {
	for _, tt := range []struct {
		a, b  string
		close bool
	}{
		{"Mohamed Hussein", "Muhammad Husayn", true},
		{"Mohammed Hossein", "HUSSAIN Mouhamad", true},
		{"Youssef Qasim", "Yusuf Kassem", true},
		{"Oussama Khaled", "Usama Khalid", true},
		{"Walid Abdelkader", "Oualid Abdul Qadir", true},
		{"Abd al-Rahman Salim", "Abdurrahman Selim", true},
		{"Sergueï Ivanov", "Sergey IVANOFF", true},
		{"Evgueni Tchernenko", "Yevgeny Chernenko", true},
		{"Dmitri Jirinov", "Dmitriy Zhirinov", true},
		{"Vladimir Chichkine", "Wladimir Shishkin", true},
		{"Iouri Sokolov", "Yuri Sokoloff", true},
		{"Mu’ammar al-Qasim", "Muammar Elkassem", true},
		{"Mohamed Hassan", "Mahmoud Hussein", false},
		{"Ahmed Karim", "Hamid Karam", false},
		{"Omar Qassem", "Amir Qasimov", false},
		{"Sophie Petit", "Safia Patat", false},
	} {
		for _, order := range [][2]string{{tt.a, tt.b}, {tt.b, tt.a}} {
			if got := Romanised(order[0]).Like(Romanised(order[1])); (got >= Close) != tt.close {
				t.Errorf("%q and %q: %v, close wanted: %v", order[0], order[1], got, tt.close)
			}
		}
	}
	if got := Parse("Mohamed Hussein").Like(Parse("Muhamad Husayn Salim")); got != None && got != Family {
		t.Errorf("names that nobody romanised: %v", got)
	}
}
