"""What citizens read in English."""

PHRASES = {
    "registered": "✅ Report No. {number} is registered.",
    "completed": "✅ Added to report No. {number}.",
    "where": "📍 Place: {district}.",
    "where_nearest": "📍 Place: just past the border, the nearest beat is {district} ({distance} m).",
    "who_officer": "👮 Answering for it: {officer}.",
    "who_desk": "👮 Answering for it: the duty desk, {precinct}.",
    "who_city": "👮 Answering for it: the city's duty desk.",
    "next": "An officer will look into it, and we will write to you here.",
    "ask_what": "Please write what happened; we will add it to this report.",
    "ask_where": (
        "Where did it happen? Tap “{button}” below, or the paper clip → “Location”, to show"
        " the point on a map. You can also write the address: the desk will find the place."
    ),
    "place_button": "📍 Send the place",
    "still_where": (
        "The duty desk already sees your message and will find the place. It is quicker if you"
        " send a point on the map with “{button}”."
    ),
    "danger": "If life or health is in danger, call 102 or 112.",
    "outside": (
        "⚠️ This place is outside the area our police answers for. The city's duty desk has your"
        " message and will pass it on. If you need help now, call 102 or 112."
    ),
    "place_by_text": "Report {number}: the place as we read it",
    "place_wrong_button": "Not there?",
    "place_wrong_ask": "Report {number}: send a point with the button below, or write the address in another way.",
    "place_moved_ask": "Report {number}: the place is another one now — {place}. If that is wrong too, send a point with the button below or write the address in another way.",
    "place_known": "Report {number}: the place is known already — {place}.",
    "place_several": "Which place is it? Choose one:",
    "place_here_button": "It is here",
    "place_other_button": "Another place",
    "place_other_taken": "Report {number}: the place is being corrected.",
    "place_street": "{street} is long. Where exactly? Write the house number or a crossing, or send a point on the map.",
    "place_picked": "Thank you! Report {number}: {place}.",
    "side_question": "The point is close to a border. On which side did it happen?",
    "side_taken": "Thank you! Report No. {number}: {district}.",
    "side_closed": "Thank you, this report is already being worked on: no need to say more.",
    "thanks": "Thank you!",
    "start": (
        "Hello! This is the police bot “Safe city”.\n\n"
        "Write what happened and send the place, as a location or an address. You can add a photo,"
        " a video or a voice message. Every message gets a number, and the answer comes here.\n\n"
        "If life is in danger, call 102 or 112.\n\n"
        "Plainly about privacy: Telegram knows who sent the message. Officers see only a pseudonym;"
        " your data is kept apart and encrypted. To delete it: /delete"
    ),
    "help": (
        "How to report: send a text and a place in one message or two, in any order. Photos and"
        " voice messages are welcome.\n\n"
        "/status — where your reports stand (or /status 2026-000001); there you can also say that it is over\n"
        "/officer — who your beat officer is\n"
        "/language — language\n"
        "/privacy: what we keep\n/mydata: a copy of my data\n/delete — delete my data\n\n"
        "Danger to life: 102 or 112."
    ),
    "status_none": "You have no reports yet. Write what happened and send the place.",
    "status_unknown": "Report No. {number} is not among yours. Check the number.",
    "status_line": "No. {number} of {date}: {status}.",
    "officer_ask": "Send your location, and we will tell you who your beat officer is.",
    "officer_answer": "👮 {district}\n{officer}",
    "officer_reception": "Reception hours: {reception}",
    "officer_vacant": "{district}: no beat officer is posted now. Please turn to the station.",
    "officer_station": "{precinct}: {address}",
    "officer_phone": "Phone: {phone}",
    "officer_outside": "This place is outside our police's area. Call 102.",
    "language_ask": "Which language shall we answer in?",
    "language_set": "All right, we will answer in English.",
    "deleted": (
        "Your data is deleted: we no longer know who you are and cannot answer your earlier"
        " reports. The reports themselves stay in the register without your name."
    ),
    "delete_ask": "Delete your data? We will no longer be able to answer your reports.",
    "delete_yes": "Yes, delete",
    "delete_no": "No, keep",
    "delete_kept": "All right, nothing was deleted.",
    "unsupported": (
        "Sorry, we cannot read this kind of message. Send a text, photo, video, voice message or"
        " location."
    ),
    "deep_link_ask": "Report No. {number}: send the place where it happened.",
    "deep_link_old": "This link no longer works. Just write what happened.",
    "acknowledged": "No. {number}: an officer has taken on your report.",
    "en_route": "No. {number}: a crew is on its way.",
    "on_scene": "No. {number}: the police are on the scene.",
    "resolved": "No. {number}: your report has been dealt with. Thank you for caring!",
    "redirected": "No. {number}: your report was passed to the service responsible for it.",
    "reopened": "No. {number}: your report is being worked on again.",
    "withdrawn": "No. {number}: your report was withdrawn.",
    "express_reply": "💬 Answer to report No. {number}:\n\n{text}",
    "merged": "No. {number}: this was reported already; work goes on under No. {of}. Thank you!",
    "word_registered": "registered",
    "word_awaiting_place": "waiting for the place",
    "word_queued": "given to an officer",
    "word_acknowledged": "taken on",
    "word_en_route": "crew on the way",
    "word_on_scene": "police on the scene",
    "word_resolved": "dealt with",
    "word_redirected": "passed to another service",
    "word_withdrawn": "withdrawn",
    "command_status": "Where my reports stand",
    "command_officer": "Who my beat officer is",
    "command_language": "Language / Мова",
    "command_help": "How to use it",
    "command_delete": "Delete my data",
    "officer_code_bad": "This code is no longer good. Take a new one on the page: menu → Telegram.",
    "officer_linked": "{officer}, new reports will come here from now on. /duty: come on duty or go off.",
    "officer_not_linked": "This chat is not linked to an officer.",
    "duty_on": "You are on duty.",
    "duty_off_shift": "You are off duty.",
    "duty_on_leave": "You are on leave: the desk changes your duty.",
    "duty_tap_on": "Come on duty",
    "duty_tap_off": "Go off duty",
    "task_urgent": "🔴 URGENT",
    "task_new": "№ {number} · {status}",
    "task_when": "{time} · {district}",
    "task_by_acknowledge": "⏰ Accept by {time}",
    "task_by_on_scene": "⏰ Be on the scene by {time}",
    "late_acknowledge": "⏰ No. {number}: nobody acknowledged it by {time}. {district}.",
    "late_on_scene": "⏰ No. {number}: nobody is on the scene, due by {time}. {district}.",
    "task_closed": "№ {number}: {status}.",
    "task_gone": "№ {number}: {owner} answers for it.",
    "task_ack": "Accept",
    "task_go": "On the way",
    "task_there": "On the scene",
    "task_done": "Done",
    "task_no": "Not mine",
    "task_reply": "Reply",
    "task_reply_ask": "№ {number}: write the reply to the citizen as one message.",
    "task_preview": "The citizen will see:",
    "task_send": "Send",
    "task_cancel": "Cancel",
    "task_sent": "№ {number}: the reply was sent.",
    "task_cancelled": "The reply was not sent.",
    "task_reply_gone": "This reply was sent already, or it took too long. Press “Reply” again.",
    "task_why_ask": "№ {number}: why is it not yours? Choose or write.",
    "task_not_done": "№ {number}: not done. {why}",
    "why_busy": "Busy at another call",
    "why_not_my_beat": "Not my beat",
    "why_not_police": "Not police work",
    "desk_of_city": "the city's duty desk",
    "desk_of": "duty desk: {precinct}",
    "desk_gap": "⚠️ {time}: nobody is on duty — {desk}. This message changes when somebody comes.",
    "desk_gap_over": "✅ {time}: somebody is on duty again — {desk}.",
}
