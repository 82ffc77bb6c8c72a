package render

import "dialtone/store/record"

// network writes what is about the LAN. VLANs and LLDP are written only when set and never cleared: a wrong guess
// takes the phone off its network, where no corrected file can reach it.
func (w *writer) network(n *record.NetworkSettings) {
	if n == nil {
		n = &record.NetworkSettings{}
	}
	if n.VLANID != nil {
		w.static("network.vlan.internet_port_enable", "1")
		w.staticNum("network.vlan.internet_port_vid", *n.VLANID)
		if n.VLANPriority != nil {
			w.staticNum("network.vlan.internet_port_priority", *n.VLANPriority)
		}
	}
	if n.PCVLANID != nil {
		w.static("network.vlan.pc_port_enable", "1")
		w.staticNum("network.vlan.pc_port_vid", *n.PCVLANID)
	}
	if n.LLDPEnabled != nil {
		w.static("network.lldp.enable", digit(*n.LLDPEnabled))
	}
	w.dscp("network.qos.signaltos", n.QoSDSCPSIP)
	if w.legacy {
		w.optNum("network.qos.rtptos", n.QoSDSCPRTP)
	}
	if w.modern {
		w.optNum("static.network.qos.audiotos", n.QoSDSCPRTP)
		w.optFlag("voice.rtcp.enable", n.RTCPEnabled)
	}
}

func (w *writer) dscp(name string, value *int) {
	if value == nil {
		w.static(name, null)
		return
	}
	w.staticNum(name, *value)
}

func digit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
