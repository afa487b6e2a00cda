<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Asking</name>
    <message>
        <source>Part {number} is on the review list</source>
        <translation>零件 {number} 已列入复判清单</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Taken off the review list</source>
        <translation>已从复判清单移除</translation>
    </message>
</context>
<context>
    <name>BalanceSheet</name>
    <message>
        <source>Is every part accounted for?</source>
        <translation>每个零件都有记录吗？</translation>
    </message>
    <message numerus="yes">
        <source>No: %n part(s) without an answer or a record. Call maintenance.</source>
        <translation>
            <numerusform>否：%n 个零件没有应答或记录。请联系维护人员。</numerusform>
        </translation>
    </message>
    <message>
        <source>Yes. Every trigger was answered, and every answer is recorded or about to be.</source>
        <translation>是。每次触发都已应答，每个应答都已记录或即将写入。</translation>
    </message>
    <message>
        <source>Triggers</source>
        <translation>触发</translation>
    </message>
    <message>
        <source>Answers</source>
        <translation>应答</translation>
    </message>
    <message>
        <source>In hand</source>
        <translation>处理中</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Waiting to be written</source>
        <translation>等待写入</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Choose a product</source>
        <translation>请选择产品</translation>
    </message>
    <message>
        <source>Parts in hand are being finished.</source>
        <translation>正在完成手中的零件。</translation>
    </message>
    <message>
        <source>Waiting for the first part</source>
        <translation>等待第一个零件</translation>
    </message>
    <message>
        <source>waiting for part</source>
        <translation>等待零件</translation>
    </message>
    <message>
        <source>Paused at {time}</source>
        <translation>{time} 已暂停</translation>
    </message>
    <message>
        <source>Not inspecting</source>
        <translation>未在检测</translation>
    </message>
    <message>
        <source>Hold Start for one second to begin.</source>
        <translation>按住“启动”一秒钟开始检测。</translation>
    </message>
    <message>
        <source>+{count} OK</source>
        <translation>+{count} OK</translation>
    </message>
    <message>
        <source>Acknowledge, then Start.</source>
        <translation>先确认，再启动。</translation>
    </message>
</context>
<context>
    <name>CloseQuestion</name>
    <message>
        <source>Stop inspecting and close?</source>
        <translation>停止检测并关闭？</translation>
    </message>
    <message>
        <source>The line is inspecting. Closing stops it; until the next start the line sees reject.</source>
        <translation>产线正在检测。关闭将停止检测；下次启动前，产线一律按剔除处理。</translation>
    </message>
    <message>
        <source>Stop inspecting and close</source>
        <translation>停止检测并关闭</translation>
    </message>
    <message>
        <source>Go on inspecting</source>
        <translation>继续检测</translation>
    </message>
</context>
<context>
    <name>Controls</name>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Hold for one second</source>
        <translation>按住一秒钟</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Change product</source>
        <translation>更换产品</translation>
    </message>
    <message>
        <source>New lot</source>
        <translation>新批次</translation>
    </message>
    <message>
        <source>Flag part</source>
        <translation>标记零件</translation>
    </message>
</context>
<context>
    <name>Counters</name>
    <message numerus="yes">
        <source>%n part(s) unaccounted</source>
        <translation>
            <numerusform>%n 个零件无记录</numerusform>
        </translation>
    </message>
    <message>
        <source>all parts accounted for</source>
        <translation>全部零件均有记录</translation>
    </message>
    <message>
        <source>this lot</source>
        <translation>本批次</translation>
    </message>
    <message>
        <source>this shift</source>
        <translation>本班次</translation>
    </message>
    <message>
        <source>Parts</source>
        <translation>零件</translation>
    </message>
    <message>
        <source>OK</source>
        <comment>row of counters</comment>
        <translation>OK 合格</translation>
    </message>
    <message>
        <source>NG</source>
        <comment>row of counters</comment>
        <translation>NG 不合格</translation>
    </message>
    <message>
        <source>Not inspected</source>
        <comment>row of counters</comment>
        <translation>未检测</translation>
    </message>
    <message>
        <source>Yield</source>
        <comment>row of counters</comment>
        <translation>合格率</translation>
    </message>
    <message>
        <source>Counters</source>
        <translation>计数</translation>
    </message>
    <message>
        <source>This lot: {total} parts, {passed} OK, {failed} NG, {missed} not inspected. {balance}</source>
        <translation>本批次：零件 {total}，合格 {passed}，不合格 {failed}，未检测 {missed}。{balance}</translation>
    </message>
</context>
<context>
    <name>FaultListSheet</name>
    <message numerus="yes">
        <source>%n fault(s)</source>
        <comment>title of the list of faults</comment>
        <translation>
            <numerusform>%n 个故障</numerusform>
        </translation>
    </message>
    <message>
        <source>Acknowledge all</source>
        <translation>全部确认</translation>
    </message>
</context>
<context>
    <name>FaultSheet</name>
    <message>
        <source>{severity}, since {time}</source>
        <translation>{severity}，始于 {time}</translation>
    </message>
    <message>
        <source>For maintenance: {text}</source>
        <translation>供维护人员参考：{text}</translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation>确认</translation>
    </message>
</context>
<context>
    <name>Faults</name>
    <message>
        <source>Camera not found</source>
        <translation>未找到相机</translation>
    </message>
    <message>
        <source>Check cable and power of the camera, then press Start.</source>
        <translation>检查相机的电缆和电源，然后按“启动”。</translation>
    </message>
    <message>
        <source>Camera lost</source>
        <translation>相机断开</translation>
    </message>
    <message>
        <source>Check cable and power. It reconnects by itself; then press Start.</source>
        <translation>检查电缆和电源。相机会自动重连，然后按“启动”。</translation>
    </message>
    <message>
        <source>Pictures are missing or incomplete</source>
        <translation>图像缺失或不完整</translation>
    </message>
    <message>
        <source>Check the camera cable and the network port. Affected parts are rejected.</source>
        <translation>检查相机电缆和网口。受影响的零件已剔除。</translation>
    </message>
    <message>
        <source>Camera settings differ</source>
        <translation>相机设置不一致</translation>
    </message>
    <message>
        <source>The camera did not take the settings of the recipe. Call engineering.</source>
        <translation>相机未接受配方中的设置。请联系工程人员。</translation>
    </message>
    <message>
        <source>Camera driver unstable</source>
        <translation>相机驱动不稳定</translation>
    </message>
    <message>
        <source>The driver was restarted. Call maintenance if this returns.</source>
        <translation>驱动已重启。若再次出现，请联系维护人员。</translation>
    </message>
    <message>
        <source>Camera picture unusable</source>
        <translation>相机图像不可用</translation>
    </message>
    <message>
        <source>The picture has another size or format than set. Call engineering.</source>
        <translation>图像尺寸或格式与设置不符。请联系工程人员。</translation>
    </message>
    <message>
        <source>Another camera in its place</source>
        <translation>接入了另一台相机</translation>
    </message>
    <message>
        <source>Connect the right camera, or have this one set up.</source>
        <translation>请接回原相机，或重新设置此相机。</translation>
    </message>
    <message>
        <source>Pictures outside their limits</source>
        <translation>图像超出限值</translation>
    </message>
    <message>
        <source>Clean the lens, check the light and the position of the part.</source>
        <translation>清洁镜头，检查光源和零件位置。</translation>
    </message>
    <message>
        <source>Computing device out of memory or lost</source>
        <translation>计算设备内存不足或丢失</translation>
    </message>
    <message>
        <source>Restart the program. Call maintenance if this returns.</source>
        <translation>重新启动程序。若再次出现，请联系维护人员。</translation>
    </message>
    <message>
        <source>Self-test of the model differs</source>
        <translation>模型自检不一致</translation>
    </message>
    <message>
        <source>Answers come too late</source>
        <translation>应答超时</translation>
    </message>
    <message>
        <source>Slow the line, or call engineering.</source>
        <translation>降低线速，或联系工程人员。</translation>
    </message>
    <message>
        <source>Product or model unknown</source>
        <translation>产品或模型未知</translation>
    </message>
    <message>
        <source>Choose the product by hand.</source>
        <translation>请手动选择产品。</translation>
    </message>
    <message>
        <source>A file does not match its seal</source>
        <translation>文件与校验值不符</translation>
    </message>
    <message>
        <source>The recipe or model was altered or damaged. Import it again.</source>
        <translation>配方或模型被修改或损坏。请重新导入。</translation>
    </message>
    <message>
        <source>Line output does not answer</source>
        <translation>产线输出无应答</translation>
    </message>
    <message>
        <source>Check the PLC and its cable.</source>
        <translation>检查 PLC 及其电缆。</translation>
    </message>
    <message>
        <source>The line did not acknowledge a result</source>
        <translation>产线未确认结果</translation>
    </message>
    <message>
        <source>Check the PLC program and its cable.</source>
        <translation>检查 PLC 程序及其电缆。</translation>
    </message>
    <message>
        <source>Trigger while busy</source>
        <translation>忙碌时收到触发</translation>
    </message>
    <message>
        <source>Parts follow too closely. Slow the line or space the parts.</source>
        <translation>零件间距过小。请降低线速或加大间距。</translation>
    </message>
    <message>
        <source>Disk space is getting short</source>
        <translation>磁盘空间不足</translation>
    </message>
    <message>
        <source>Call maintenance.</source>
        <translation>请联系维护人员。</translation>
    </message>
    <message>
        <source>Records cannot be written</source>
        <translation>无法写入记录</translation>
    </message>
    <message>
        <source>Call maintenance: the disk is full, read-only or gone.</source>
        <translation>请联系维护人员：磁盘已满、只读或丢失。</translation>
    </message>
    <message>
        <source>Clean-up freed less than asked</source>
        <translation>清理释放的空间不足</translation>
    </message>
    <message>
        <source>A part of the program failed</source>
        <translation>程序的一部分出错</translation>
    </message>
    <message>
        <source>The clock jumped</source>
        <translation>时钟跳变</translation>
    </message>
    <message>
        <source>Nothing to do. Parts keep their order.</source>
        <translation>无需处理。零件顺序不变。</translation>
    </message>
    <message>
        <source>Backup is overdue</source>
        <translation>备份已过期</translation>
    </message>
    <message>
        <source>Call maintenance: check the backup folder.</source>
        <translation>请联系维护人员：检查备份文件夹。</translation>
    </message>
    <message>
        <source>Scores of good parts drift</source>
        <translation>良品分值漂移</translation>
    </message>
    <message>
        <source>Tell the shift lead. Nothing is stopped.</source>
        <translation>请告知班组长。产线未停止。</translation>
    </message>
    <message>
        <source>Reject rate outside its limits</source>
        <translation>剔除率超出限值</translation>
    </message>
</context>
<context>
    <name>Filmstrip</name>
    <message>
        <source>Last parts, newest right</source>
        <translation>最近零件，最新在右</translation>
    </message>
    <message>
        <source>Left and right arrow freeze the page on a part</source>
        <translation>左右方向键可将画面冻结在某个零件</translation>
    </message>
    <message>
        <source>No NG among the last parts</source>
        <translation>最近零件中没有 NG</translation>
    </message>
    <message>
        <source>Parts appear here</source>
        <translation>零件将显示在此处</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>No product</source>
        <translation>未选产品</translation>
    </message>
    <message>
        <source>Lot {lot}</source>
        <translation>批次 {lot}</translation>
    </message>
    <message>
        <source>No lot</source>
        <translation>无批次</translation>
    </message>
    <message>
        <source>SIMULATED</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message numerus="yes">
        <source>Newest %n part(s)</source>
        <comment>title of the list</comment>
        <translation>
            <numerusform>最近 %n 个零件</numerusform>
        </translation>
    </message>
    <message>
        <source>simulated</source>
        <translation>模拟</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>已标记</translation>
    </message>
    <message>
        <source>The records cannot be read.</source>
        <translation>无法读取记录。</translation>
    </message>
    <message>
        <source>No part was inspected yet.</source>
        <translation>尚未检测零件。</translation>
    </message>
    <message>
        <source>The picture of this part was not kept.</source>
        <translation>此零件的图像未保留。</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>Model {model}</source>
        <translation>模型 {model}</translation>
    </message>
    <message>
        <source>Source {source}</source>
        <translation>图像源 {source}</translation>
    </message>
    <message>
        <source>Answer after {time} ms</source>
        <translation>{time} ms 后应答</translation>
    </message>
    <message>
        <source>Part {number}, record {id}</source>
        <translation>零件 {number}，记录 {id}</translation>
    </message>
    <message>
        <source>Read again</source>
        <translation>重新读取</translation>
    </message>
    <message>
        <source>Newest parts</source>
        <translation>最近零件</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>× limit</source>
        <translation>× 判定限</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Lot</source>
        <translation>批次</translation>
    </message>
    <message>
        <source>Remarks</source>
        <translation>备注</translation>
    </message>
</context>
<context>
    <name>ImageView</name>
    <message>
        <source>× limit</source>
        <comment>legend of the heat colors</comment>
        <translation>× 判定限</translation>
    </message>
    <message>
        <source>overlay unavailable</source>
        <translation>叠加图不可用</translation>
    </message>
    <message>
        <source>preview; the full picture is no longer in memory</source>
        <translation>预览图；完整图像已不在内存中</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Picture of part {number}: {verdict}</source>
        <translation>零件 {number} 的图像：{verdict}</translation>
    </message>
</context>
<context>
    <name>KeysSheet</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Start: hold 1 s</source>
        <translation>启动：按住 1 秒</translation>
    </message>
    <message>
        <source>Acknowledge fault</source>
        <translation>确认故障</translation>
    </message>
    <message>
        <source>Change product</source>
        <translation>更换产品</translation>
    </message>
    <message>
        <source>New lot</source>
        <translation>新批次</translation>
    </message>
    <message>
        <source>Flag part</source>
        <translation>标记零件</translation>
    </message>
    <message>
        <source>Freeze, or go on</source>
        <translation>冻结或继续</translation>
    </message>
    <message>
        <source>Close, or go on</source>
        <translation>关闭或继续</translation>
    </message>
    <message>
        <source>Part before, part after</source>
        <translation>上一个零件，下一个零件</translation>
    </message>
    <message>
        <source>All parts, or NG only</source>
        <translation>全部零件或仅 NG</translation>
    </message>
    <message>
        <source>Last NG</source>
        <translation>最近 NG</translation>
    </message>
    <message>
        <source>Heat</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适应</translation>
    </message>
    <message>
        <source>One to one</source>
        <translation>原始大小</translation>
    </message>
    <message>
        <source>Zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>Station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Full screen</source>
        <translation>全屏</translation>
    </message>
    <message>
        <source>This list</source>
        <translation>本列表</translation>
    </message>
</context>
<context>
    <name>LastReject</name>
    <message>
        <source>No NG yet</source>
        <translation>尚无 NG</translation>
    </message>
    <message>
        <source>Last NG</source>
        <translation>最近 NG</translation>
    </message>
</context>
<context>
    <name>LotSheet</name>
    <message>
        <source>Scan or type the number of the new lot.</source>
        <translation>请扫描或输入新批次号。</translation>
    </message>
    <message numerus="yes">
        <source>A lot number has at most %n characters.</source>
        <translation>
            <numerusform>批次号最多 %n 个字符。</numerusform>
        </translation>
    </message>
    <message>
        <source>The number holds signs that cannot be shown. Scan it again.</source>
        <translation>批次号含有无法显示的字符。请重新扫描。</translation>
    </message>
    <message>
        <source>This lot is running already.</source>
        <translation>该批次正在生产。</translation>
    </message>
    <message>
        <source>New lot</source>
        <translation>新批次</translation>
    </message>
    <message>
        <source>Lot {lot}</source>
        <translation>批次 {lot}</translation>
    </message>
    <message>
        <source>Without a lot</source>
        <translation>无批次</translation>
    </message>
    <message>
        <source>{total} parts: {passed} OK, {failed} NG, {missed} not inspected. Yield {share}.</source>
        <translation>零件 {total}：合格 {passed}，不合格 {failed}，未检测 {missed}。合格率 {share}。</translation>
    </message>
    <message>
        <source>Lot number</source>
        <translation>批次号</translation>
    </message>
    <message>
        <source>Keep the present lot</source>
        <translation>保留当前批次</translation>
    </message>
    <message>
        <source>Start lot</source>
        <translation>开始批次</translation>
    </message>
    <message>
        <source>Start lot {lot}</source>
        <translation>开始批次 {lot}</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Station</source>
        <translation>工位</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
</context>
<context>
    <name>Messages</name>
    <message>
        <source>Stop</source>
        <comment>severity of a fault</comment>
        <translation>停机</translation>
    </message>
    <message>
        <source>Act</source>
        <comment>severity of a fault: someone is needed, the line runs</comment>
        <translation>处理</translation>
    </message>
    <message>
        <source>Note</source>
        <comment>severity of a fault: for information</comment>
        <translation>提示</translation>
    </message>
    <message>
        <source>Stopped</source>
        <comment>state of the line</comment>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Starting</source>
        <comment>state of the line</comment>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Running</source>
        <comment>state of the line</comment>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Paused</source>
        <comment>state of the line</comment>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Stopping</source>
        <comment>state of the line</comment>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>Fault</source>
        <comment>state of the line</comment>
        <translation>故障</translation>
    </message>
    <message>
        <source>Load model</source>
        <comment>step of starting</comment>
        <translation>加载模型</translation>
    </message>
    <message>
        <source>Self-test</source>
        <comment>step of starting</comment>
        <translation>自检</translation>
    </message>
    <message>
        <source>Camera</source>
        <comment>step of starting</comment>
        <translation>相机</translation>
    </message>
    <message>
        <source>Line output</source>
        <comment>step of starting</comment>
        <translation>产线输出</translation>
    </message>
    <message>
        <source>OK</source>
        <comment>small beside the large word OK; the same text is left out</comment>
        <translation>合格</translation>
    </message>
    <message>
        <source>NG</source>
        <comment>small beside the large word NG; the same text is left out</comment>
        <translation>不合格</translation>
    </message>
    <message>
        <source>not inspected</source>
        <comment>small beside the large word NG</comment>
        <translation>未检测</translation>
    </message>
    <message>
        <source>Nothing above the limit</source>
        <translation>未超过判定限</translation>
    </message>
    <message>
        <source>The picture arrived incomplete</source>
        <translation>图像不完整</translation>
    </message>
    <message>
        <source>The camera skipped this part</source>
        <translation>相机漏拍了此零件</translation>
    </message>
    <message>
        <source>Parts came faster than they can be inspected</source>
        <translation>零件到达过快，来不及检测</translation>
    </message>
    <message>
        <source>There was no picture</source>
        <translation>没有图像</translation>
    </message>
    <message>
        <source>The picture has another size than the recipe asks for</source>
        <translation>图像尺寸与配方要求不符</translation>
    </message>
    <message>
        <source>The picture is too dark</source>
        <translation>图像过暗</translation>
    </message>
    <message>
        <source>The picture is too bright</source>
        <translation>图像过亮</translation>
    </message>
    <message>
        <source>Too much of the picture is black</source>
        <translation>图像全黑区域过多</translation>
    </message>
    <message>
        <source>Too much of the picture is blinding white</source>
        <translation>图像过曝区域过多</translation>
    </message>
    <message>
        <source>The picture is blurred</source>
        <translation>图像模糊</translation>
    </message>
    <message>
        <source>The picture is noisy or shows too much detail</source>
        <translation>图像噪点或细节过多</translation>
    </message>
    <message>
        <source>The light is uneven</source>
        <translation>光照不均匀</translation>
    </message>
    <message>
        <source>The part is not in its place</source>
        <translation>零件位置偏移</translation>
    </message>
    <message>
        <source>The model failed on this part</source>
        <translation>模型处理此零件时出错</translation>
    </message>
    <message>
        <source>The model gave no usable result</source>
        <translation>模型未给出可用结果</translation>
    </message>
    <message>
        <source>Another model is loaded than the recipe asks for</source>
        <translation>加载的模型与配方要求不符</translation>
    </message>
    <message>
        <source>The answer could not be delivered to the line</source>
        <translation>应答未能送达产线</translation>
    </message>
    <message>
        <source>The answer came too late for the line</source>
        <translation>应答过迟，产线无法采用</translation>
    </message>
    <message>
        <source>{ratio} × limit</source>
        <comment>score as a multiple of the limit</comment>
        <translation>{ratio} × 判定限</translation>
    </message>
    <message>
        <source>Something is above the limit</source>
        <translation>有区域超过判定限</translation>
    </message>
    <message>
        <source>{area} mm² mark, {place}</source>
        <translation>{area} mm² 缺陷，{place}</translation>
    </message>
    <message>
        <source>Mark, {place}</source>
        <translation>缺陷，{place}</translation>
    </message>
    <message>
        <source>{first}, and {count} more</source>
        <comment>a mark and further ones</comment>
        <translation>{first}，另有 {count} 处</translation>
    </message>
    <message>
        <source>upper left</source>
        <translation>左上</translation>
    </message>
    <message>
        <source>top</source>
        <translation>上方</translation>
    </message>
    <message>
        <source>upper right</source>
        <translation>右上</translation>
    </message>
    <message>
        <source>left</source>
        <translation>左侧</translation>
    </message>
    <message>
        <source>center</source>
        <translation>中央</translation>
    </message>
    <message>
        <source>right</source>
        <translation>右侧</translation>
    </message>
    <message>
        <source>lower left</source>
        <translation>左下</translation>
    </message>
    <message>
        <source>bottom</source>
        <translation>下方</translation>
    </message>
    <message>
        <source>lower right</source>
        <translation>右下</translation>
    </message>
    <message>
        <source>unpublished</source>
        <comment>version of a recipe that the program made up</comment>
        <translation>未发布</translation>
    </message>
</context>
<context>
    <name>ProductSheet</name>
    <message>
        <source>Change product</source>
        <translation>更换产品</translation>
    </message>
    <message>
        <source>Search product</source>
        <translation>搜索产品</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Keep the present product</source>
        <translation>保留当前产品</translation>
    </message>
    <message>
        <source>in use now</source>
        <translation>正在使用</translation>
    </message>
    <message>
        <source>The list cannot be read. {reason}</source>
        <translation>无法读取列表。{reason}</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>No product is published yet.</source>
        <translation>尚未发布任何产品。</translation>
    </message>
    <message>
        <source>No product matches.</source>
        <translation>没有匹配的产品。</translation>
    </message>
    <message>
        <source>model {name}</source>
        <translation>模型 {name}</translation>
    </message>
    <message>
        <source>Choose a product</source>
        <translation>请选择产品</translation>
    </message>
    <message>
        <source>Change to {product}</source>
        <translation>更换为 {product}</translation>
    </message>
</context>
<context>
    <name>Sheet</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SideColumn</name>
    <message>
        <source>Choose a product</source>
        <translation>请选择产品</translation>
    </message>
    <message>
        <source>Last 60 scores, × limit</source>
        <translation>最近 60 个分值，× 判定限</translation>
    </message>
</context>
<context>
    <name>StationPage</name>
    <message>
        <source>Product is now {product}</source>
        <translation>当前产品：{product}</translation>
    </message>
    <message>
        <source>Lot {lot} has begun</source>
        <translation>批次 {lot} 已开始</translation>
    </message>
    <message>
        <source>No picture yet</source>
        <translation>尚无图像</translation>
    </message>
    <message>
        <source>There is no picture of this part</source>
        <translation>此零件没有图像</translation>
    </message>
    <message>
        <source>Frozen, 1 part since</source>
        <translation>已冻结，此后 1 个零件</translation>
    </message>
    <message>
        <source>Frozen, {count} parts since</source>
        <translation>已冻结，此后 {count} 个零件</translation>
    </message>
    <message>
        <source>goes on in {seconds} s</source>
        <translation>{seconds} 秒后继续</translation>
    </message>
    <message>
        <source>display is skipping; sums and records are complete</source>
        <translation>画面有跳帧；计数和记录完整</translation>
    </message>
</context>
<context>
    <name>StopQuestion</name>
    <message>
        <source>Stop inspecting?</source>
        <translation>停止检测？</translation>
    </message>
    <message>
        <source>Parts in hand are finished. Until the next start the line sees reject. The lot stays open.</source>
        <translation>手中的零件将检测完毕。下次启动前，产线一律按剔除处理。批次保持打开。</translation>
    </message>
    <message>
        <source>Stop inspecting</source>
        <translation>停止检测</translation>
    </message>
    <message>
        <source>Go on inspecting</source>
        <translation>继续检测</translation>
    </message>
</context>
<context>
    <name>StripBar</name>
    <message>
        <source>Part before</source>
        <translation>上一个零件</translation>
    </message>
    <message>
        <source>Part after</source>
        <translation>下一个零件</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>NG only</source>
        <translation>仅 NG</translation>
    </message>
</context>
<context>
    <name>TimeBar</name>
    <message>
        <source>Time –</source>
        <translation>用时 –</translation>
    </message>
    <message>
        <source>Time {took} of {allowed} ms</source>
        <translation>用时 {took} / {allowed} ms</translation>
    </message>
</context>
<context>
    <name>TrendPlot</name>
    <message>
        <source>Scores of the last 60 parts against the limit</source>
        <translation>最近 60 个零件的分值与判定限</translation>
    </message>
</context>
<context>
    <name>ViewBar</name>
    <message>
        <source>Fit</source>
        <translation>适应</translation>
    </message>
    <message>
        <source>Keep zoom</source>
        <translation>保持缩放</translation>
    </message>
    <message>
        <source>Heat</source>
        <translation>热力图</translation>
    </message>
    <message>
        <source>Outline</source>
        <translation>轮廓</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Freeze</source>
        <translation>冻结</translation>
    </message>
    <message>
        <source>Keeps zoom and place for the next parts</source>
        <translation>后续零件保持缩放和位置</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message numerus="yes">
        <source>%n faults, first: {code} {name}</source>
        <translation>
            <numerusform>%n 个故障，首个：{code} {name}</numerusform>
        </translation>
    </message>
    <message>
        <source>Acknowledge</source>
        <translation>确认</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>全部显示</translation>
    </message>
    <message numerus="yes">
        <source>+%n more</source>
        <comment>faults</comment>
        <translation>
            <numerusform>另有 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>gone, came {age} ago</source>
        <translation>已消失，{age} 前出现</translation>
    </message>
</context>
</TS>
