package render

import (
	"strconv"
	"time"

	"dialtone/provision/render/zone"
	"dialtone/store/record"
)

// How local_time.dst_time_type tells summer time.
const (
	dstByDate = 0 // Month/Day/Hour, one year
	dstByWeek = 1 // Month/Week/Weekday/Hour
)

// clock writes time zone, summer time, time servers, languages and tones.
func (w *writer) clock(p *Phone) {
	r := p.Settings.Regional
	if r == nil {
		r = &record.RegionalSettings{}
	}
	servers := [2]string{}
	copy(servers[:], r.NTPServers)
	w.text("local_time.ntp_server1", servers[0])
	w.text("local_time.ntp_server2", servers[1])
	w.num("local_time.dhcp_time", 0) // a DHCP server's idea of the offset would win otherwise
	w.timezone(&p.Clock)
	w.language(r.Language)
	w.text("voice.tone.country", tones(r.ToneScheme))
}

// timezone tells the offset and the rule of summer time. The zone's name is cleared: on the phone it brings a rule of
// its own.
func (w *writer) timezone(c *Clock) {
	rule := &c.Rule
	start := w.begin("local_time.time_zone")
	w.dst = appendOffset(w.dst, rule.Offset)
	w.end(start, "local_time.time_zone")
	w.clear("local_time.time_zone_name")
	switch {
	case rule.Expressible && rule.DST:
		w.num("local_time.summer_time", 1)
		w.num("local_time.dst_time_type", dstByWeek)
		w.week("local_time.start_time", rule.Start)
		w.week("local_time.end_time", rule.End)
		w.num("local_time.offset_time", int(rule.Save/time.Minute))
	case !rule.Expressible && c.Dates.DST:
		w.num("local_time.summer_time", 1)
		w.num("local_time.dst_time_type", dstByDate)
		w.date("local_time.start_time", c.Dates.Start)
		w.date("local_time.end_time", c.Dates.End)
		w.num("local_time.offset_time", int(c.Dates.Save/time.Minute))
	default:
		w.num("local_time.summer_time", 0)
		w.clear("local_time.dst_time_type")
		w.clear("local_time.start_time")
		w.clear("local_time.end_time")
		w.clear("local_time.offset_time")
	}
}

func (w *writer) week(name string, s zone.Switch) {
	start := w.begin(name)
	w.dst = s.Append(w.dst)
	w.end(start, name)
}

func (w *writer) date(name string, d zone.Date) {
	start := w.begin(name)
	for i, n := range [...]int{d.Month, d.Day, d.Hour} {
		if i > 0 {
			w.dst = append(w.dst, '/')
		}
		w.dst = strconv.AppendInt(w.dst, int64(n), 10)
	}
	w.end(start, name)
}

// appendOffset writes +5:30, -3:30, +1 or 0.
func appendOffset(dst []byte, offset time.Duration) []byte {
	minutes := int(offset / time.Minute)
	switch {
	case minutes > 0:
		dst = append(dst, '+')
	case minutes < 0:
		dst, minutes = append(dst, '-'), -minutes
	}
	dst = strconv.AppendInt(dst, int64(minutes/60), 10)
	if rest := minutes % 60; rest != 0 {
		dst = append(dst, ':', byte('0'+rest/10), byte('0'+rest%10))
	}
	return dst
}
