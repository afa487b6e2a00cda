<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>AreaStep</name>
    <message numerus="yes">
        <source>%n tile(s) for each picture</source>
        <translation>
            <numerusform>%n tile for each picture</numerusform>
            <numerusform>%n tiles for each picture</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>BalanceSheet</name>
    <message numerus="yes">
        <source>No: %n part(s) without an answer or a record. Call maintenance.</source>
        <translation>
            <numerusform>No: %n part without an answer or a record. Call maintenance.</numerusform>
            <numerusform>No: %n parts without an answer or a record. Call maintenance.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>CompareSheet</name>
    <message numerus="yes">
        <source>%n field(s) differ</source>
        <translation>
            <numerusform>%n field differ</numerusform>
            <numerusform>%n fields differ</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Counters</name>
    <message numerus="yes">
        <source>%n part(s) unaccounted</source>
        <translation>
            <numerusform>%n part unaccounted</numerusform>
            <numerusform>%n parts unaccounted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FaultListSheet</name>
    <message numerus="yes">
        <source>%n fault(s)</source>
        <comment>title of the list of faults</comment>
        <translation>
            <numerusform>%n fault</numerusform>
            <numerusform>%n faults</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message numerus="yes">
        <source>Newest %n part(s)</source>
        <comment>title of the list</comment>
        <translation>
            <numerusform>Newest part</numerusform>
            <numerusform>Newest %n parts</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LotSheet</name>
    <message numerus="yes">
        <source>A lot number has at most %n characters.</source>
        <translation>
            <numerusform>A lot number has at most %n character.</numerusform>
            <numerusform>A lot number has at most %n characters.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ModelStep</name>
    <message numerus="yes">
        <source>%n sample(s) could not be scored: {reason}</source>
        <translation>
            <numerusform>%n sample could not be scored: {reason}</numerusform>
            <numerusform>%n samples could not be scored: {reason}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Not scored yet: %n sample(s).</source>
        <translation>
            <numerusform>Not scored yet: %n sample.</numerusform>
            <numerusform>Not scored yet: %n samples.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PlanSheet</name>
    <message numerus="yes">
        <source>Take %n setting(s) into the recipe</source>
        <translation>
            <numerusform>Take %n setting into the recipe</numerusform>
            <numerusform>Take %n settings into the recipe</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ProductList</name>
    <message numerus="yes">
        <source>%n product(s)</source>
        <comment>title of the list</comment>
        <translation>
            <numerusform>%n product</numerusform>
            <numerusform>%n products</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>PublishStep</name>
    <message numerus="yes">
        <source>Open on the list: %n point(s).</source>
        <translation>
            <numerusform>Open on the list: %n point.</numerusform>
            <numerusform>Open on the list: %n points.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SampleSide</name>
    <message numerus="yes">
        <source>%n sample(s) chosen</source>
        <translation>
            <numerusform>%n sample chosen</numerusform>
            <numerusform>%n samples chosen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n picture(s)</source>
        <translation>
            <numerusform>Delete %n picture</numerusform>
            <numerusform>Delete %n pictures</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SamplesStep</name>
    <message numerus="yes">
        <source>%n picture(s) imported</source>
        <translation>
            <numerusform>%n picture imported</numerusform>
            <numerusform>%n pictures imported</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) nearly the same, not counted</source>
        <translation>
            <numerusform>%n picture nearly the same, not counted</numerusform>
            <numerusform>%n pictures nearly the same, not counted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Look at %n picture(s): odd ones out</source>
        <translation>
            <numerusform>Look at %n picture: odd ones out</numerusform>
            <numerusform>Look at %n pictures: odd ones out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>odd: %n picture(s)</source>
        <translation>
            <numerusform>odd: %n picture</numerusform>
            <numerusform>odd: %n pictures</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) deleted</source>
        <translation>
            <numerusform>%n picture deleted</numerusform>
            <numerusform>%n pictures deleted</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ScaleLimits</name>
    <message numerus="yes">
        <source>Learned from %n shot(s).</source>
        <translation>
            <numerusform>Learned from %n shot.</numerusform>
            <numerusform>Learned from %n shots.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Learn from %n shot(s)</source>
        <translation>
            <numerusform>Learn from %n shot</numerusform>
            <numerusform>Learn from %n shots</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SettingsTransfer</name>
    <message numerus="yes">
        <source>%n setting(s) saved to {file}</source>
        <translation>
            <numerusform>%n setting saved to {file}</numerusform>
            <numerusform>%n settings saved to {file}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SetupPage</name>
    <message numerus="yes">
        <source>Missing: {what} And %n more.</source>
        <translation>
            <numerusform>Missing: {what} And %n more.</numerusform>
            <numerusform>Missing: {what} And %n more.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SkippedSheet</name>
    <message numerus="yes">
        <source>%n file(s) left out</source>
        <translation>
            <numerusform>%n file left out</numerusform>
            <numerusform>%n files left out</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) imported</source>
        <translation>
            <numerusform>%n picture imported</numerusform>
            <numerusform>%n pictures imported</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TrialPanel</name>
    <message numerus="yes">
        <source>%n part(s) would be judged otherwise.</source>
        <translation>
            <numerusform>%n part would be judged otherwise.</numerusform>
            <numerusform>%n parts would be judged otherwise.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s): not known, no map was kept.</source>
        <translation>
            <numerusform>%n part: not known, no map was kept.</numerusform>
            <numerusform>%n parts: not known, no map was kept.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) of another model left out.</source>
        <translation>
            <numerusform>%n part of another model left out.</numerusform>
            <numerusform>%n parts of another model left out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) with other tiles left out.</source>
        <translation>
            <numerusform>%n part with other tiles left out.</numerusform>
            <numerusform>%n parts with other tiles left out.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message numerus="yes">
        <source>%n faults, first: {code} {name}</source>
        <translation>
            <numerusform>%n fault, first: {code} {name}</numerusform>
            <numerusform>%n faults, first: {code} {name}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>+%n more</source>
        <comment>faults</comment>
        <translation>
            <numerusform>+%n more</numerusform>
            <numerusform>+%n more</numerusform>
        </translation>
    </message>
</context>
</TS>
