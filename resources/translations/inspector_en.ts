<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
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
