<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>BalanceSheet</name>
    <message>
        <source>Is every part accounted for?</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>No: %n part(s) without an answer or a record. Call maintenance.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Yes. Every trigger was answered, and every answer is recorded or about to be.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Triggers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting to be written</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>+%n OK</source>
        <comment>passed since</comment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>CloseQuestion</name>
    <message>
        <source>Stop inspecting and close?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The line is inspecting. Closing stops it; until the next start the line sees reject.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop inspecting and close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on inspecting</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hold for one second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flag part</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Counters</name>
    <message numerus="yes">
        <source>%n part(s) unaccounted</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>all parts accounted for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>this shift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>OK</source>
        <comment>row of counters</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NG</source>
        <comment>row of counters</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not inspected</source>
        <comment>row of counters</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yield</source>
        <comment>row of counters</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This lot: {total} parts, {passed} OK, {failed} NG, {missed} not inspected. {balance}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaultListSheet</name>
    <message numerus="yes">
        <source>%n fault(s)</source>
        <comment>title of the list of faults</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Acknowledge all</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>FaultSheet</name>
    <message>
        <source>{severity}, since {time}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For maintenance: {text}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>Camera not found</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check cable and power of the camera, then press Start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check cable and power. It reconnects by itself; then press Start.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures are missing or incomplete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the camera cable and the network port. Affected parts are rejected.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera settings differ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The camera did not take the settings of the recipe. Call engineering.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera driver unstable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The driver was restarted. Call maintenance if this returns.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Camera picture unusable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture has another size or format than set. Call engineering.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another camera in its place</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Connect the right camera, or have this one set up.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pictures outside their limits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean the lens, check the light and the position of the part.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Computing device out of memory or lost</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Restart the program. Call maintenance if this returns.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Self-test of the model differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answers come too late</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slow the line, or call engineering.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Product or model unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the product by hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file does not match its seal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe or model was altered or damaged. Import it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line output does not answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the PLC and its cable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The line did not acknowledge a result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check the PLC program and its cable.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trigger while busy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts follow too closely. Slow the line or space the parts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk space is getting short</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call maintenance.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Records cannot be written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call maintenance: the disk is full, read-only or gone.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Clean-up freed less than asked</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A part of the program failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The clock jumped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to do. Parts keep their order.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Backup is overdue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Call maintenance: check the backup folder.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scores of good parts drift</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tell the shift lead. Nothing is stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reject rate outside its limits</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Last parts, newest right</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left and right arrow freeze the page on a part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No NG among the last parts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts appear here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>No product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lot {lot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SIMULATED</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Language</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message numerus="yes">
        <source>Newest %n part(s)</source>
        <comment>title of the list</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>simulated</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>flagged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The records cannot be read.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No part was inspected yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The picture of this part was not kept.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model {model}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Source {source}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer after {time} ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part {number}, record {id}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Newest parts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>× limit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ImageView</name>
    <message>
        <source>× limit</source>
        <comment>legend of the heat colors</comment>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>overlay unavailable</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preview; the full picture is in the record</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>KeysSheet</name>
    <message>
        <source>Keys</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start: hold for one second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pause</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Acknowledge the first fault</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flag part</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Freeze, or go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close, or go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part before, part after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All parts, or NG only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last NG</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One to one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Station</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This list</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LastReject</name>
    <message>
        <source>No NG yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last NG</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>LotSheet</name>
    <message>
        <source>Scan or type the number of the new lot.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>A lot number has at most %n characters.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The number holds signs that cannot be shown. Scan it again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This lot is running already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lot {lot}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{total} parts: {passed} OK, {failed} NG, {missed} not inspected. Yield {share}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lot number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the present lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start lot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start lot {lot}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Station</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>History</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>and %n more</source>
        <comment>marks on a part</comment>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ProductSheet</name>
    <message>
        <source>Change product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Products</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the present product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in use now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The list cannot be read. {reason}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Working…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No product is published yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No product matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model {name}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change to {product}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Sheet</name>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>SideColumn</name>
    <message>
        <source>Choose a product</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last 60 scores, × limit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StationPage</name>
    <message>
        <source>Product is now {product}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lot {lot} has begun</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no picture of this part</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Frozen, %n part(s) since</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>goes on in {seconds} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>display is skipping; sums and records are complete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part {number} is on the review list</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Taken off the review list</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StopQuestion</name>
    <message>
        <source>Stop inspecting?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parts in hand are finished. Until the next start the line sees reject. The lot stays open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop inspecting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on inspecting</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StripBar</name>
    <message>
        <source>Part before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Part after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NG only</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TimeBar</name>
    <message>
        <source>Time –</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time {took} of {allowed} ms</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TrendPlot</name>
    <message>
        <source>Scores of the last 60 parts against the limit</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Fit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep zoom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeps zoom and place for the next parts</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message numerus="yes">
        <source>%n faults, first: {code} {name}</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>+%n more</source>
        <comment>faults</comment>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>gone, came {age} ago</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
