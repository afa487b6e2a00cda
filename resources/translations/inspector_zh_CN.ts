<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AreaBar</name>
    <message>
        <source>Delete shape</source>
        <translation>删除区域</translation>
    </message>
    <message>
        <source>Delete point</source>
        <translation>删除点</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>修改</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>检测区</translation>
    </message>
    <message>
        <source>Ignore</source>
        <translation>忽略区</translation>
    </message>
    <message>
        <source>Close shape</source>
        <translation>闭合区域</translation>
    </message>
    <message>
        <source>Add point</source>
        <translation>添加点</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合</translation>
    </message>
</context>
<context>
    <name>AreaStep</name>
    <message>
        <source>Take a picture in step Camera first</source>
        <translation>请先在“相机”步骤拍一张图像</translation>
    </message>
    <message>
        <source>Smallest defect that matters</source>
        <translation>需要检出的最小缺陷</translation>
    </message>
    <message>
        <source>How the picture is looked at</source>
        <translation>图像的检测方式</translation>
    </message>
    <message>
        <source>In tiles, and once as a whole</source>
        <translation>分图块，并整图检测一次</translation>
    </message>
    <message>
        <source>In tiles</source>
        <translation>分图块</translation>
    </message>
    <message>
        <source>As a whole, in one look</source>
        <translation>整图一次检测</translation>
    </message>
    <message>
        <source>Fit the tiles to the defect</source>
        <translation>按缺陷大小设置图块</translation>
    </message>
    <message>
        <source>Show the tiles</source>
        <translation>显示图块</translation>
    </message>
    <message>
        <source>Set the scale</source>
        <translation>设置比例</translation>
    </message>
    <message>
        <source>Picture to draw on</source>
        <translation>绘制区域的图像</translation>
    </message>
    <message>
        <source>The tiles cannot be laid: {reason}</source>
        <translation>无法布置图块：{reason}</translation>
    </message>
    <message>
        <source>Click the corners one by one, or drag a box. Keys: arrows move, Space sets a corner, Enter closes the shape, Esc drops it.</source>
        <translation>逐个点击顶点，或拖出一个矩形。按键：方向键移动，空格设顶点，Enter 闭合形状，Esc 放弃。</translation>
    </message>
    <message>
        <source>Drag a corner or a whole shape. Keys: Page Up and Page Down choose, arrows move, Insert adds a corner, Del removes it.</source>
        <translation>拖动顶点或整个形状。按键：Page Up 和 Page Down 选择，方向键移动，Insert 添加顶点，Del 删除。</translation>
    </message>
    <message>
        <source>Choose Inspect to draw what counts, or Ignore for what must not count.</source>
        <translation>选“检测区”画出要检测的部分，或选“忽略区”画出不检测的部分。</translation>
    </message>
    <message>
        <source>Set the scale in step Camera, so that millimeters mean something.</source>
        <translation>请在“相机”步骤设置比例，毫米才有意义。</translation>
    </message>
    <message>
        <source>The tile grid follows from it.</source>
        <translation>图块网格由此得出。</translation>
    </message>
    <message>
        <source>{px} pixels of the picture: found reliably with these tiles.</source>
        <translation>相当于图像的 {px} 像素：用这些图块可以可靠检出。</translation>
    </message>
    <message>
        <source>{px} pixels of the picture: at the limit of what these tiles show.</source>
        <translation>相当于图像的 {px} 像素：处于这些图块的分辨极限。</translation>
    </message>
    <message>
        <source>{px} pixels of the picture: too small for these tiles. Move the camera nearer.</source>
        <translation>相当于图像的 {px} 像素：对这些图块来说太小。请将相机移近。</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message numerus="yes">
        <source>%n tile(s) for each picture</source>
        <translation>
            <numerusform>每张图像 %n 个图块</numerusform>
        </translation>
    </message>
    <message>
        <source>{share} % of the picture is inspected</source>
        <translation>检测图像的 {share} %</translation>
    </message>
    <message>
        <source>Nothing is drawn: the whole picture is inspected</source>
        <translation>未绘制区域：检测整幅图像</translation>
    </message>
    <message>
        <source>A tile covers {size} of the part</source>
        <translation>一个图块覆盖零件上的 {size}</translation>
    </message>
    <message>
        <source>Time: not measured on this computer yet</source>
        <translation>时间：尚未在本机测量</translation>
    </message>
    <message>
        <source>Expected time: {ms} ms; the line waits {deadline} ms</source>
        <translation>预计时间：{ms} ms；产线等待 {deadline} ms</translation>
    </message>
    <message>
        <source>Memory: this computer does not tell</source>
        <translation>内存：这台计算机没有提供</translation>
    </message>
    <message>
        <source>Expected memory of the whole program: {mb} MB</source>
        <translation>整个程序预计内存：{mb} MB</translation>
    </message>
</context>
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
    <name>Blockers</name>
    <message>
        <source>Give the product a name.</source>
        <translation>请给产品命名。</translation>
    </message>
    <message>
        <source>The name is longer than 128 characters.</source>
        <translation>名称超过 128 个字符。</translation>
    </message>
    <message>
        <source>The name holds a character that cannot be printed.</source>
        <translation>名称含有无法显示的字符。</translation>
    </message>
    <message>
        <source>A published product keeps its name, {0}. Copy it to make another one.</source>
        <translation>已发布的产品保留其名称 {0}。要做另一个产品，请复制它。</translation>
    </message>
    <message>
        <source>Another product is already named {0}.</source>
        <translation>已有另一个产品名为 {0}。</translation>
    </message>
    <message>
        <source>Give the product a line code from 1 to 9999.</source>
        <translation>请给产品一个 1 到 9999 的产线代码。</translation>
    </message>
    <message>
        <source>Line code {0} already belongs to {1}.</source>
        <translation>产线代码 {0} 已属于 {1}。</translation>
    </message>
    <message>
        <source>Choose a camera.</source>
        <translation>请选择相机。</translation>
    </message>
    <message>
        <source>Learn the picture limits from 20 shots.</source>
        <translation>请用 20 张图像学习图像界限。</translation>
    </message>
    <message>
        <source>Set the scale: two points and the distance between them in mm.</source>
        <translation>请设定比例：两个点以及它们之间的毫米距离。</translation>
    </message>
    <message>
        <source>Switch the camera&apos;s automatic exposure off.</source>
        <translation>请关闭相机的自动曝光。</translation>
    </message>
    <message>
        <source>The camera runs free; let a signal of the line start its pictures.</source>
        <translation>相机在自由运行；请由产线信号触发拍照。</translation>
    </message>
    <message>
        <source>Nobody gives software triggers on the line; let a signal of the line start the pictures.</source>
        <translation>产线上没有谁发出软件触发；请由产线信号触发拍照。</translation>
    </message>
    <message>
        <source>This camera has no trigger, so parts cannot start its pictures; choose another camera.</source>
        <translation>此相机没有触发功能，工件无法启动拍照；请选择其他相机。</translation>
    </message>
    <message>
        <source>Nothing of the picture is inspected; draw an area.</source>
        <translation>图像中没有要检测的部分；请画出区域。</translation>
    </message>
    <message>
        <source>The tiles need about {0} ms; the line waits {1} ms.</source>
        <translation>这些图块约需 {0} ms；产线只等 {1} ms。</translation>
    </message>
    <message>
        <source>The tiles need about {0} MB; there are {1} MB.</source>
        <translation>这些图块约需 {0} MB；可用 {1} MB。</translation>
    </message>
    <message>
        <source>{0} good samples; {1} are needed, near-copies not counted.</source>
        <translation>有 {0} 个良品样本；需要 {1} 个，近似重复的不计。</translation>
    </message>
    <message>
        <source>The check set has {0} good samples; {1} are needed.</source>
        <translation>检验集有 {0} 个良品样本；需要 {1} 个。</translation>
    </message>
    <message>
        <source>Choose a model.</source>
        <translation>请选择模型。</translation>
    </message>
    <message>
        <source>The samples were never scored with {0}.</source>
        <translation>样本从未用 {0} 评分。</translation>
    </message>
    <message>
        <source>Area, samples or limit changed after scoring; score again.</source>
        <translation>评分之后区域、样本或判定限有改动；请重新评分。</translation>
    </message>
    <message>
        <source>This model judges other products worse: {0}.</source>
        <translation>此模型对其他产品判得更差：{0}。</translation>
    </message>
    <message>
        <source>Measure the time of {0} shots.</source>
        <translation>请测量 {0} 次检测的时间。</translation>
    </message>
    <message>
        <source>Area or model changed after timing; measure again.</source>
        <translation>测时之后区域或模型有改动；请重新测量。</translation>
    </message>
    <message>
        <source>One part in a hundred needs more than {0} ms; the line waits {1} ms.</source>
        <translation>百分之一的零件需要 {0} ms 以上；产线只等 {1} ms。</translation>
    </message>
    <message>
        <source>The recipe needs {0} MB; there are {1} MB.</source>
        <translation>此配方需要 {0} MB；可用 {1} MB。</translation>
    </message>
    <message>
        <source>{0} of {1} good parts are rejected; {2} of 1000 are allowed.</source>
        <translation>{1} 个良品中有 {0} 个被剔除；允许每 1000 个 {2} 个。</translation>
    </message>
    <message>
        <source>Store a shot for the self-test.</source>
        <translation>请保存一张自检图像。</translation>
    </message>
    <message>
        <source>Area or model changed after the self-test shot; store it again.</source>
        <translation>保存自检图像之后区域或模型有改动；请重新保存。</translation>
    </message>
    <message>
        <source>Write why this version is published.</source>
        <translation>请写明发布此版本的原因。</translation>
    </message>
    <message>
        <source>The stored shot scores {0} instead of {1}.</source>
        <translation>保存的图像得分为 {0}，而不是 {1}。</translation>
    </message>
</context>
<context>
    <name>CameraEdits</name>
    <message>
        <source>The white balance is in the recipe</source>
        <translation>白平衡已写入配方</translation>
    </message>
    <message>
        <source>This is the picture of the product now</source>
        <translation>这是现在的产品图片</translation>
    </message>
</context>
<context>
    <name>CameraForm</name>
    <message>
        <source>This source has no trigger; its pictures come one after the other.</source>
        <translation>此图像源没有触发；图像一张接一张地来。</translation>
    </message>
    <message>
        <source>Automatic is on: {names}</source>
        <translation>自动功能已开：{names}</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>曝光</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>增益</translation>
    </message>
    <message>
        <source>What starts a picture on the line</source>
        <translation>产线上由什么触发拍照</translation>
    </message>
    <message>
        <source>Input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>Edge</source>
        <translation>边沿</translation>
    </message>
    <message>
        <source>Delay after the trigger</source>
        <translation>触发后的延时</translation>
    </message>
    <message>
        <source>Pixel format</source>
        <translation>像素格式</translation>
    </message>
    <message>
        <source>Pictures per second without trigger</source>
        <translation>无触发时每秒图像数</translation>
    </message>
    <message>
        <source>From left</source>
        <translation>距左</translation>
    </message>
    <message>
        <source>From top</source>
        <translation>距上</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>宽</translation>
    </message>
    <message>
        <source>Height</source>
        <translation>高</translation>
    </message>
    <message>
        <source>Draw in the picture</source>
        <translation>在图像中画</translation>
    </message>
    <message>
        <source>Whole sensor</source>
        <translation>整个传感器</translation>
    </message>
    <message>
        <source>Save to file</source>
        <translation>存为文件</translation>
    </message>
    <message>
        <source>Load from file</source>
        <translation>从文件载入</translation>
    </message>
    <message>
        <source>Switch automatic off</source>
        <translation>关闭自动</translation>
    </message>
    <message>
        <source>A signal of the line</source>
        <translation>产线信号</translation>
    </message>
    <message>
        <source>The program (software trigger)</source>
        <translation>程序（软件触发）</translation>
    </message>
    <message>
        <source>Nothing: the camera runs free</source>
        <translation>无：相机自由运行</translation>
    </message>
    <message>
        <source>rising</source>
        <translation>上升沿</translation>
    </message>
    <message>
        <source>falling</source>
        <translation>下降沿</translation>
    </message>
    <message>
        <source>Only for trying in this step: nobody gives software triggers on the line, so it cannot be published.</source>
        <translation>仅供在本步骤试用：产线上没有谁发出软件触发，因此不能发布。</translation>
    </message>
    <message>
        <source>Only for looking: parts and pictures would not belong together, so it cannot be published.</source>
        <translation>仅供查看：零件与图像无法对应，因此不能发布。</translation>
    </message>
</context>
<context>
    <name>CameraStep</name>
    <message>
        <source>This station has no camera for set-up.</source>
        <translation>本工位没有可用于设置的相机。</translation>
    </message>
    <message>
        <source>Choose a camera.</source>
        <translation>请选择相机。</translation>
    </message>
    <message>
        <source>Opening the camera…</source>
        <translation>正在打开相机…</translation>
    </message>
    <message>
        <source>Reconnecting…</source>
        <translation>正在重新连接…</translation>
    </message>
    <message>
        <source>The camera is not open.</source>
        <translation>相机未打开。</translation>
    </message>
    <message>
        <source>No picture comes.</source>
        <translation>没有图像。</translation>
    </message>
    <message>
        <source>Waiting for a trigger</source>
        <translation>等待触发</translation>
    </message>
    <message>
        <source>Choose a camera</source>
        <translation>选择相机</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>{rate} pictures/s</source>
        <translation>{rate} 张/秒</translation>
    </message>
    <message>
        <source>{count} missed</source>
        <translation>丢失 {count} 张</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>图像</translation>
    </message>
    <message>
        <source>Scale, limits</source>
        <translation>比例、界限</translation>
    </message>
    <message>
        <source>All features</source>
        <translation>全部特性</translation>
    </message>
    <message>
        <source>Something is missing here</source>
        <translation>这里还缺少内容</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Live without trigger (only here)</source>
        <translation>实时图像不等触发（仅此处）</translation>
    </message>
    <message>
        <source>Grid</source>
        <translation>网格</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>适合</translation>
    </message>
    <message>
        <source>Trigger now</source>
        <translation>立即触发</translation>
    </message>
    <message>
        <source>White balance once</source>
        <translation>白平衡一次</translation>
    </message>
    <message>
        <source>Product picture</source>
        <comment>button: this live picture becomes the picture of the product</comment>
        <translation>设为产品图片</translation>
    </message>
    <message>
        <source>Live picture</source>
        <translation>实时图像</translation>
    </message>
</context>
<context>
    <name>CaptureBar</name>
    <message>
        <source>Choose a camera in step Camera first.</source>
        <translation>请先在“相机”步骤选择相机。</translation>
    </message>
    <message>
        <source>Take picture</source>
        <translation>拍照</translation>
    </message>
    <message>
        <source>No picture was kept: {reason}</source>
        <translation>图像未保存：{reason}</translation>
    </message>
    <message>
        <source>On each trigger</source>
        <translation>每次触发拍照</translation>
    </message>
    <message>
        <source>On each trigger: {count}</source>
        <comment>pictures kept so far</comment>
        <translation>每次触发拍照：{count}</translation>
    </message>
    <message>
        <source>Opening the camera…</source>
        <translation>正在打开相机…</translation>
    </message>
    <message>
        <source>Camera lost, reconnecting…</source>
        <translation>相机丢失，正在重新连接…</translation>
    </message>
</context>
<context>
    <name>CardDelegate</name>
    <message>
        <source>never published</source>
        <translation>从未发布</translation>
    </message>
    <message>
        <source>Last used: {time}</source>
        <translation>最近使用：{time}</translation>
    </message>
</context>
<context>
    <name>ChangedModel</name>
    <message>
        <source>Time</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>判定</translation>
    </message>
    <message>
        <source>× limit</source>
        <translation>× 判定限</translation>
    </message>
</context>
<context>
    <name>CheckList</name>
    <message>
        <source>Known once the samples are scored.</source>
        <translation>样本评分后可知。</translation>
    </message>
    <message>
        <source>Known once the time is measured.</source>
        <translation>测量时间后可知。</translation>
    </message>
    <message>
        <source>Bad samples that would be let pass: {count}</source>
        <translation>将被放行的不良样本：{count}</translation>
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
    <name>CompareSheet</name>
    <message>
        <source>Versions of {product}</source>
        <translation>{product} 的版本</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>After</source>
        <translation>之后</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Draft in hand</source>
        <translation>当前草稿</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>Area of {version}</source>
        <translation>{version} 的区域</translation>
    </message>
    <message>
        <source>There is nothing to compare with yet. Open the product and change it: its draft, and every version that is published from it, can be compared here.</source>
        <translation>目前没有可比较的版本。请打开产品并修改：其草稿以及由此发布的每个版本都可在此比较。</translation>
    </message>
    <message numerus="yes">
        <source>%n field(s) differ</source>
        <translation>
            <numerusform>%n 个字段不同</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing differs.</source>
        <translation>没有差异。</translation>
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
    <name>EmptyList</name>
    <message>
        <source>New product</source>
        <translation>新产品</translation>
    </message>
    <message>
        <source>Import package</source>
        <translation>导入配方包</translation>
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
    <name>FeatureEditor</name>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Execute</source>
        <translation>执行</translation>
    </message>
    <message>
        <source>The camera&apos;s other settings leave this without a meaning now.</source>
        <translation>在相机的其他设置下，此项现在没有意义。</translation>
    </message>
    <message>
        <source>Locked while pictures come; they stop for a moment when it is written.</source>
        <translation>有图像时锁定；写入时图像会停一下。</translation>
    </message>
    <message>
        <source>Can only be read now.</source>
        <translation>现在只能读取。</translation>
    </message>
    <message>
        <source>Write {value} with pictures stopped</source>
        <translation>停止图像并写入 {value}</translation>
    </message>
    <message>
        <source>Take into the recipe</source>
        <translation>写入配方</translation>
    </message>
    <message>
        <source>Without it the next opening of the camera undoes the change.</source>
        <translation>否则下次打开相机时此改动会丢失。</translation>
    </message>
    <message>
        <source>Take out of the recipe</source>
        <translation>从配方中去除</translation>
    </message>
    <message>
        <source>The recipe writes {value}</source>
        <translation>配方写入 {value}</translation>
    </message>
    <message>
        <source>Take {value} into the recipe</source>
        <translation>把 {value} 写入配方</translation>
    </message>
</context>
<context>
    <name>FeatureModel</name>
    <message>
        <source>Feature</source>
        <translation>特性</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
</context>
<context>
    <name>FeatureTree</name>
    <message>
        <source>Search all features</source>
        <translation>查找全部特性</translation>
    </message>
    <message>
        <source>Who it is for</source>
        <translation>面向谁</translation>
    </message>
    <message>
        <source>Beginner</source>
        <translation>初级</translation>
    </message>
    <message>
        <source>Expert</source>
        <translation>专家</translation>
    </message>
    <message>
        <source>Guru</source>
        <translation>高手</translation>
    </message>
    <message>
        <source>Changed only</source>
        <translation>仅已改动</translation>
    </message>
    <message>
        <source>Also unavailable</source>
        <translation>也含不可用</translation>
    </message>
    <message>
        <source>Features of the camera</source>
        <translation>相机的特性</translation>
    </message>
    <message>
        <source>The features cannot be read. {reason}</source>
        <translation>无法读取特性。{reason}</translation>
    </message>
    <message>
        <source>This source has no features, or is not open.</source>
        <translation>此图像源没有特性，或未打开。</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>No feature matches.</source>
        <translation>没有匹配的特性。</translation>
    </message>
    <message>
        <source>Execute {name}?</source>
        <translation>执行 {name}？</translation>
    </message>
    <message>
        <source>It may change every setting of the camera. Afterwards the recipe&apos;s settings are written again.</source>
        <translation>这可能改动相机的全部设置。之后会重新写入配方的设置。</translation>
    </message>
    <message>
        <source>Execute {name}</source>
        <translation>执行 {name}</translation>
    </message>
    <message>
        <source>Leave the camera as it is</source>
        <translation>保持相机不变</translation>
    </message>
</context>
<context>
    <name>Fields</name>
    <message>
        <source>Title ({0})</source>
        <translation>标题（{0}）</translation>
    </message>
    <message>
        <source>Camera feature {0}</source>
        <translation>相机特性 {0}</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Version of the model</source>
        <translation>模型版本</translation>
    </message>
    <message>
        <source>Product of the model</source>
        <translation>模型中的产品</translation>
    </message>
    <message>
        <source>Line code</source>
        <translation>产线代码</translation>
    </message>
    <message>
        <source>Camera</source>
        <translation>相机</translation>
    </message>
    <message>
        <source>Exposure</source>
        <translation>曝光</translation>
    </message>
    <message>
        <source>Gain</source>
        <translation>增益</translation>
    </message>
    <message>
        <source>Trigger</source>
        <translation>触发</translation>
    </message>
    <message>
        <source>Trigger input</source>
        <translation>触发输入</translation>
    </message>
    <message>
        <source>Trigger edge</source>
        <translation>触发边沿</translation>
    </message>
    <message>
        <source>Trigger delay</source>
        <translation>触发延时</translation>
    </message>
    <message>
        <source>Pixel format</source>
        <translation>像素格式</translation>
    </message>
    <message>
        <source>Part of the sensor</source>
        <translation>传感器区域</translation>
    </message>
    <message>
        <source>Rate without trigger</source>
        <translation>无触发时的速率</translation>
    </message>
    <message>
        <source>Black level</source>
        <translation>黑电平</translation>
    </message>
    <message>
        <source>Gamma</source>
        <translation>伽马</translation>
    </message>
    <message>
        <source>White balance</source>
        <translation>白平衡</translation>
    </message>
    <message>
        <source>Picture size</source>
        <translation>图像尺寸</translation>
    </message>
    <message>
        <source>Inspected areas</source>
        <translation>检测区域</translation>
    </message>
    <message>
        <source>Ignored areas</source>
        <translation>忽略区域</translation>
    </message>
    <message>
        <source>Tiles or whole picture</source>
        <translation>图块或整幅</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Overlap of tiles</source>
        <translation>图块重叠</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>判定限</translation>
    </message>
    <message>
        <source>Smallest area</source>
        <translation>最小面积</translation>
    </message>
    <message>
        <source>Answer within</source>
        <translation>应答时限</translation>
    </message>
    <message>
        <source>Size of a pixel</source>
        <translation>像素尺寸</translation>
    </message>
    <message>
        <source>Smallest defect</source>
        <translation>最小缺陷</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Picture of the product</source>
        <translation>产品图片</translation>
    </message>
    <message>
        <source>Picture limits: brightness</source>
        <translation>图像界限：亮度</translation>
    </message>
    <message>
        <source>Picture limits: black share</source>
        <translation>图像界限：全黑占比</translation>
    </message>
    <message>
        <source>Picture limits: white share</source>
        <translation>图像界限：全白占比</translation>
    </message>
    <message>
        <source>Picture limits: sharpness</source>
        <translation>图像界限：清晰度</translation>
    </message>
    <message>
        <source>Picture limits: evenness</source>
        <translation>图像界限：均匀度</translation>
    </message>
    <message>
        <source>Picture limits: place from left</source>
        <translation>图像界限：距左位置</translation>
    </message>
    <message>
        <source>Picture limits: place from top</source>
        <translation>图像界限：距上位置</translation>
    </message>
    <message>
        <source>Picture limits: learned from shots</source>
        <translation>图像界限：学习张数</translation>
    </message>
    <message>
        <source>Self-test shot</source>
        <translation>自检图像</translation>
    </message>
    <message>
        <source>Score of the self-test shot</source>
        <translation>自检图像的得分</translation>
    </message>
    <message>
        <source>polygons: {0}</source>
        <translation>多边形：{0}</translation>
    </message>
    <message>
        <source>stored picture {0}</source>
        <translation>已存图片 {0}</translation>
    </message>
    <message>
        <source>from the line</source>
        <translation>来自产线</translation>
    </message>
    <message>
        <source>by software</source>
        <translation>由软件</translation>
    </message>
    <message>
        <source>none, free run</source>
        <translation>无，自由运行</translation>
    </message>
    <message>
        <source>rising</source>
        <translation>上升沿</translation>
    </message>
    <message>
        <source>falling</source>
        <translation>下降沿</translation>
    </message>
    <message>
        <source>whole picture</source>
        <translation>整幅图像</translation>
    </message>
    <message>
        <source>tiles</source>
        <translation>图块</translation>
    </message>
    <message>
        <source>tiles and whole picture</source>
        <translation>图块和整幅图像</translation>
    </message>
</context>
<context>
    <name>FileSheet</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Up</source>
        <comment>to the folder above</comment>
        <translation>上一级</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Places</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Name of the file</source>
        <translation>文件名</translation>
    </message>
    <message>
        <source>Give the file a name</source>
        <translation>请输入文件名</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>请选择文件</translation>
    </message>
    <message>
        <source>Replace {name}</source>
        <translation>替换 {name}</translation>
    </message>
    <message>
        <source>Save {name}</source>
        <translation>保存 {name}</translation>
    </message>
    <message>
        <source>Take {name}</source>
        <translation>选用 {name}</translation>
    </message>
    <message>
        <source>There is no such folder.</source>
        <translation>没有这个文件夹。</translation>
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
        <source>Recipes</source>
        <translation>配方</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>查找</translation>
    </message>
    <message>
        <source>New product</source>
        <translation>新产品</translation>
    </message>
    <message>
        <source>Step before, next step</source>
        <translation>上一步，下一步</translation>
    </message>
    <message>
        <source>Undo, do again</source>
        <translation>撤销，重做</translation>
    </message>
    <message>
        <source>Sample: good, bad, unsorted</source>
        <translation>样本：良品、不良品、未分类</translation>
    </message>
    <message>
        <source>Delete sample or point</source>
        <translation>删除样本或点</translation>
    </message>
    <message>
        <source>Area: set a point. Scale: other point</source>
        <translation>区域：设点。比例：另一点</translation>
    </message>
    <message>
        <source>Area: close the shape</source>
        <translation>区域：闭合形状</translation>
    </message>
    <message>
        <source>Area: choose a point</source>
        <translation>区域：选择点</translation>
    </message>
    <message>
        <source>Area: add a point</source>
        <translation>区域：添加点</translation>
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
    <name>LimitPanel</name>
    <message>
        <source>Needs the scale of step Camera.</source>
        <translation>需要“相机”步骤的比例。</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>判定限</translation>
    </message>
    <message>
        <source>Allowed false rejects per 1000</source>
        <translation>每千件允许误判数</translation>
    </message>
    <message>
        <source>Smallest area</source>
        <translation>最小面积</translation>
    </message>
    <message>
        <source>Parts a shift</source>
        <translation>每班零件数</translation>
    </message>
    <message>
        <source>Use the proposal</source>
        <translation>采用建议值</translation>
    </message>
    <message>
        <source>Score the samples to see what the limit does.</source>
        <translation>请先为样本评分，以查看判定限的效果。</translation>
    </message>
    <message>
        <source>All good samples check the limit: this model was not taught with them.</source>
        <translation>全部良品样本都用于检验判定限：此模型未用它们示教。</translation>
    </message>
    <message>
        <source>Only good samples that never taught check the limit.</source>
        <translation>只有未用于示教的良品样本用于检验判定限。</translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>The loss appears here</source>
        <translation>损失曲线显示在此处</translation>
    </message>
    <message>
        <source>step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
    <message>
        <source>Loss while teaching</source>
        <translation>示教过程的损失</translation>
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
        <source>Recipes</source>
        <translation>配方</translation>
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
    <name>MeterPanel</name>
    <message>
        <source>Sharpness</source>
        <comment>of the picture</comment>
        <translation>清晰度</translation>
    </message>
    <message>
        <source>Evenness</source>
        <comment>of the light</comment>
        <translation>均匀度</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Pure black</source>
        <translation>全黑</translation>
    </message>
    <message>
        <source>Pure white</source>
        <translation>全白</translation>
    </message>
    <message>
        <source>Histogram</source>
        <translation>直方图</translation>
    </message>
    <message>
        <source>Reset peak</source>
        <translation>重置峰值</translation>
    </message>
    <message>
        <source>peak {value}</source>
        <translation>峰值 {value}</translation>
    </message>
    <message>
        <source>outside the picture limits</source>
        <translation>超出图像界限</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>Station model {model}, knows this product</source>
        <translation>工位模型 {model}，已包含本产品</translation>
    </message>
    <message>
        <source>Station model {model}</source>
        <translation>工位模型 {model}</translation>
    </message>
</context>
<context>
    <name>ModelSide</name>
    <message>
        <source>Teach</source>
        <translation>示教</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>其他产品</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史试算</translation>
    </message>
    <message>
        <source>Teach a new model</source>
        <translation>示教新模型</translation>
    </message>
    <message>
        <source>Check sets of other products, before and after</source>
        <translation>其他产品的检验结果，示教前后</translation>
    </message>
    <message>
        <source>Wrong: {count}</source>
        <comment>samples on the wrong side of the limit</comment>
        <translation>判错：{count}</translation>
    </message>
    <message>
        <source>Samples on the wrong side of the limit</source>
        <translation>位于判定限错误一侧的样本</translation>
    </message>
    <message>
        <source>Try on history</source>
        <translation>历史试算</translation>
    </message>
</context>
<context>
    <name>ModelStep</name>
    <message>
        <source>Scoring the samples</source>
        <translation>正在为样本评分</translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s) could not be scored: {reason}</source>
        <translation>
            <numerusform>%n 个样本无法评分：{reason}</numerusform>
        </translation>
    </message>
    <message>
        <source>Model that judges</source>
        <translation>用于判定的模型</translation>
    </message>
    <message>
        <source>Score the samples</source>
        <translation>为样本评分</translation>
    </message>
    <message numerus="yes">
        <source>Not scored yet: %n sample(s).</source>
        <translation>
            <numerusform>尚未评分：%n 个样本。</numerusform>
        </translation>
    </message>
    <message>
        <source>These are scores of the quick draft, to look at while the network is taught.</source>
        <translation>这是快速草稿的分数，供网络示教期间参考。</translation>
    </message>
    <message>
        <source>This model was not taught this product. Teach it, or score the samples to see how it does.</source>
        <translation>此模型未示教过本产品。请示教，或为样本评分以查看效果。</translation>
    </message>
    <message>
        <source>There are no samples yet.</source>
        <translation>还没有样本。</translation>
    </message>
</context>
<context>
    <name>NumberField</name>
    <message>
        <source>{text} is no number</source>
        <translation>{text} 不是数字</translation>
    </message>
    <message>
        <source>A whole number is needed</source>
        <translation>需要整数</translation>
    </message>
    <message>
        <source>{low} to {high} is possible</source>
        <translation>可填 {low} 到 {high}</translation>
    </message>
</context>
<context>
    <name>OthersTable</name>
    <message>
        <source>After teaching, the check set of every product stands here.</source>
        <translation>示教后，这里列出每个产品的检验样本结果。</translation>
    </message>
    <message>
        <source>The new model judges these worse, so it cannot be published: {products}.</source>
        <translation>新模型对以下产品判定变差，因此不能发布：{products}。</translation>
    </message>
    <message>
        <source>No other product is judged worse.</source>
        <translation>没有其他产品变差。</translation>
    </message>
    <message>
        <source>Check sets before and after</source>
        <translation>示教前后的检验结果</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Good rejected</source>
        <comment>column</comment>
        <translation>良品误判</translation>
    </message>
    <message>
        <source>Bad found</source>
        <comment>column</comment>
        <translation>不良品检出</translation>
    </message>
    <message>
        <source>{product}: worse</source>
        <translation>{product}：变差</translation>
    </message>
</context>
<context>
    <name>Pictures</name>
    <message>
        <source>{name} is no picture that can be read ({reason}).</source>
        <translation>{name} 不是可读取的图片（{reason}）。</translation>
    </message>
</context>
<context>
    <name>PlanSheet</name>
    <message>
        <source>Load camera settings</source>
        <translation>载入相机设置</translation>
    </message>
    <message>
        <source>The file says what the camera has already.</source>
        <translation>文件内容与相机现有设置相同。</translation>
    </message>
    <message>
        <source>Nothing is written yet. A line with a problem is left out.</source>
        <translation>尚未写入任何内容。有问题的行将被略过。</translation>
    </message>
    <message numerus="yes">
        <source>Take %n setting(s) into the recipe</source>
        <translation>
            <numerusform>把 %n 项设置写入配方</numerusform>
        </translation>
    </message>
    <message>
        <source>Leave the camera as it is</source>
        <translation>保持相机不变</translation>
    </message>
    <message>
        <source>Feature</source>
        <translation>特性</translation>
    </message>
    <message>
        <source>Now</source>
        <translation>现在</translation>
    </message>
    <message>
        <source>In the file</source>
        <translation>文件中</translation>
    </message>
    <message>
        <source>Problem</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Lines of the file</source>
        <translation>文件的各行</translation>
    </message>
</context>
<context>
    <name>ProductList</name>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>The list cannot be read. {reason}</source>
        <translation>无法读取列表。{reason}</translation>
    </message>
    <message>
        <source>No products yet.</source>
        <translation>还没有产品。</translation>
    </message>
    <message>
        <source>No product matches.</source>
        <translation>没有匹配的产品。</translation>
    </message>
    <message numerus="yes">
        <source>%n product(s)</source>
        <comment>title of the list</comment>
        <translation>
            <numerusform>%n 个产品</numerusform>
        </translation>
    </message>
    <message>
        <source>Choose a product first.</source>
        <translation>请先选择产品。</translation>
    </message>
    <message>
        <source>Nothing of this product is published yet.</source>
        <translation>此产品尚未发布过。</translation>
    </message>
    <message>
        <source>The line inspects this product now.</source>
        <translation>产线正在检测此产品。</translation>
    </message>
    <message>
        <source>There is no draft in hand.</source>
        <translation>没有草稿。</translation>
    </message>
    <message>
        <source>Use again</source>
        <translation>恢复使用</translation>
    </message>
    <message>
        <source>Retire</source>
        <translation>停用</translation>
    </message>
    <message>
        <source>Open draft</source>
        <translation>打开草稿</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Product without a name</source>
        <translation>未命名的产品</translation>
    </message>
    <message>
        <source>Search product</source>
        <translation>查找产品</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>All in use</source>
        <translation>全部在用</translation>
    </message>
    <message>
        <source>Cards</source>
        <translation>卡片</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表格</translation>
    </message>
    <message>
        <source>New product</source>
        <translation>新产品</translation>
    </message>
    <message>
        <source>Import package</source>
        <translation>导入配方包</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Compare versions</source>
        <translation>比较版本</translation>
    </message>
    <message>
        <source>Export package</source>
        <translation>导出配方包</translation>
    </message>
    <message>
        <source>Discard draft</source>
        <translation>丢弃草稿</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>产品</translation>
    </message>
</context>
<context>
    <name>ProductModel</name>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Line code</source>
        <translation>产线代码</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>最近使用</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从未</translation>
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
    <name>ProductStep</name>
    <message>
        <source>Everything but name and code is that of {version}</source>
        <translation>除名称和代码外，全部取自 {version}</translation>
    </message>
    <message>
        <source>Picture of the product</source>
        <translation>产品图片</translation>
    </message>
    <message>
        <source>Blank</source>
        <comment>start a product from nothing</comment>
        <translation>空白</translation>
    </message>
    <message>
        <source>{code} is free</source>
        <translation>{code} 可用</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>No picture yet. Choose a file, or take one in the Camera step.</source>
        <translation>还没有图片。请选择文件，或在“相机”步骤中拍一张。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Take over</source>
        <translation>采用</translation>
    </message>
    <message>
        <source>A published product keeps its name. Copy it to make another one.</source>
        <translation>已发布的产品保留其名称。要做另一个产品，请复制它。</translation>
    </message>
    <message>
        <source>The number by which the line&apos;s controller names the product.</source>
        <translation>产线控制器用来指代产品的编号。</translation>
    </message>
    <message>
        <source>Name of the product</source>
        <translation>产品名称</translation>
    </message>
    <message>
        <source>Line code, 1 to 9999</source>
        <translation>产线代码，1 到 9999</translation>
    </message>
    <message>
        <source>English name (optional)</source>
        <translation>英文显示名（可不填）</translation>
    </message>
    <message>
        <source>Chinese name (optional)</source>
        <translation>中文显示名（可不填）</translation>
    </message>
    <message>
        <source>Start from</source>
        <translation>从何开始</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Choose picture</source>
        <translation>选择图片</translation>
    </message>
    <message>
        <source>Remove picture</source>
        <translation>移除图片</translation>
    </message>
</context>
<context>
    <name>Products</name>
    <message>
        <source>Published, draft in hand</source>
        <comment>state of a product</comment>
        <translation>已发布，有草稿</translation>
    </message>
    <message>
        <source>Draft</source>
        <comment>state of a product</comment>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Published</source>
        <comment>state of a product</comment>
        <translation>已发布</translation>
    </message>
    <message>
        <source>Retired</source>
        <comment>state of a product: taken out of use</comment>
        <translation>已停用</translation>
    </message>
</context>
<context>
    <name>ProgressLine</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>正在结束…</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>about {count} s left</source>
        <translation>约剩 {count} 秒</translation>
    </message>
    <message>
        <source>about {count} min left</source>
        <translation>约剩 {count} 分钟</translation>
    </message>
</context>
<context>
    <name>PublishStep</name>
    <message>
        <source>Measuring 200 shots</source>
        <translation>正在测量 200 次</translation>
    </message>
    <message>
        <source>Storing the self-test shot</source>
        <translation>正在保存自检图像</translation>
    </message>
    <message>
        <source>Say why, for those who read it next year.</source>
        <translation>请写明原因，供日后查阅。</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>What changed, and why</source>
        <translation>改了什么，为什么</translation>
    </message>
    <message>
        <source>Use it now (pauses 5 s), not from the next lot on</source>
        <translation>立即使用（暂停 5 秒），而不是从下一批次起</translation>
    </message>
    <message>
        <source>What changes</source>
        <translation>变更内容</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>之前</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新值</translation>
    </message>
    <message>
        <source>What changes against {version}</source>
        <translation>相对 {version} 的变更</translation>
    </message>
    <message>
        <source>This is the first version of the product.</source>
        <translation>这是该产品的第一个版本。</translation>
    </message>
    <message>
        <source>Stands in the record as {user}, the user of this computer. This is no signature.</source>
        <translation>记录中的名字是本机用户 {user}。这不是签名。</translation>
    </message>
    <message>
        <source>Publish {product}</source>
        <translation>发布 {product}</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message numerus="yes">
        <source>Open on the list: %n point(s).</source>
        <translation>
            <numerusform>清单中未完成：%n 项。</numerusform>
        </translation>
    </message>
    <message>
        <source>{good} good, {check} of them check, {bad} bad</source>
        <translation>良品 {good} 个，其中 {check} 个用于检验；不良品 {bad} 个</translation>
    </message>
    <message>
        <source>{p99} ms for 99 of 100 shots ({shots} measured); the line waits {deadline} ms</source>
        <translation>99 % 的图像不超过 {p99} ms（测量 {shots} 次）；产线等待 {deadline} ms</translation>
    </message>
    <message>
        <source>{mb} MB is the most that the whole program held</source>
        <translation>整个程序最多占用 {mb} MB</translation>
    </message>
    <message>
        <source>stored with {score}</source>
        <translation>保存时分数 {score}</translation>
    </message>
    <message>
        <source>stored with {score}, now {now}</source>
        <translation>保存时分数 {score}，现在 {now}</translation>
    </message>
    <message>
        <source>{rejected} of {good} good parts rejected, {found} of {bad} bad parts found</source>
        <translation>{good} 个良品中误判 {rejected} 个，{bad} 个不良品中检出 {found} 个</translation>
    </message>
</context>
<context>
    <name>RecipesPage</name>
    <message>
        <source>{product} is taken out of use</source>
        <translation>{product} 已停用</translation>
    </message>
    <message>
        <source>the product without a name</source>
        <translation>未命名的产品</translation>
    </message>
    <message>
        <source>The draft of {name} is discarded</source>
        <translation>{name} 的草稿已丢弃</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>Refusals</name>
    <message>
        <source>The file cannot be read.</source>
        <translation>无法读取文件。</translation>
    </message>
    <message>
        <source>This is no recipe package.</source>
        <translation>这不是配方包。</translation>
    </message>
    <message>
        <source>The package is damaged or was not copied as a whole. Copy it again.</source>
        <translation>配方包已损坏或未完整复制。请重新复制。</translation>
    </message>
    <message>
        <source>A newer program made this package. Update this station first.</source>
        <translation>此配方包由更新的程序生成。请先更新本工位。</translation>
    </message>
    <message>
        <source>The list of contents of the package is wrong.</source>
        <translation>配方包的内容清单有误。</translation>
    </message>
    <message>
        <source>The package holds a file whose name leads out of it.</source>
        <translation>配方包中有文件名指向包外。</translation>
    </message>
    <message>
        <source>The package holds the same file twice.</source>
        <translation>配方包中有重复的文件。</translation>
    </message>
    <message>
        <source>The package holds a link or a folder instead of a file.</source>
        <translation>配方包中有链接或文件夹，而不是文件。</translation>
    </message>
    <message>
        <source>The package is encrypted. Export it again without a password.</source>
        <translation>配方包已加密。请不带密码重新导出。</translation>
    </message>
    <message>
        <source>The package holds a file that does not belong to it.</source>
        <translation>配方包中有不属于它的文件。</translation>
    </message>
    <message>
        <source>A file of the package is missing.</source>
        <translation>配方包中缺少文件。</translation>
    </message>
    <message>
        <source>A file of the package was changed after it was exported.</source>
        <translation>配方包中的文件在导出后被改动。</translation>
    </message>
    <message>
        <source>The package is larger than a recipe can be.</source>
        <translation>配方包超出了配方可能的大小。</translation>
    </message>
    <message>
        <source>The recipe in the package cannot be used.</source>
        <translation>包中的配方无法使用。</translation>
    </message>
    <message>
        <source>A picture in the package cannot be read.</source>
        <translation>包中的图片无法读取。</translation>
    </message>
    <message>
        <source>The recipe needs the model {0}, which is neither here nor in the package.</source>
        <translation>配方需要模型 {0}，本机和包中都没有。</translation>
    </message>
    <message>
        <source>The station has another model of the name {0}.</source>
        <translation>本工位有同名但不同的模型 {0}。</translation>
    </message>
    <message>
        <source>The model in the package cannot be used.</source>
        <translation>包中的模型无法使用。</translation>
    </message>
    <message>
        <source>Line code {0} already belongs to {1} on this station.</source>
        <translation>本工位上产线代码 {0} 已属于 {1}。</translation>
    </message>
</context>
<context>
    <name>Result</name>
    <message>
        <source>Good parts rejected: {rejected} of {good}: too few to say ({least} are needed).</source>
        <translation>良品误判：{good} 件中 {rejected} 件：样本太少，无法评估（需要 {least} 件）。</translation>
    </message>
    <message>
        <source>Good parts rejected: {rejected} of {good} (true rate may be up to {upper} %).</source>
        <translation>良品误判：{good} 件中 {rejected} 件（实际比例可能高达 {upper} %）。</translation>
    </message>
    <message>
        <source>Bad parts found: {found} of {bad}.</source>
        <translation>不良品检出：{bad} 件中 {found} 件。</translation>
    </message>
    <message>
        <source>Bad parts found: there are no bad samples.</source>
        <translation>不良品检出：没有不良样本。</translation>
    </message>
    <message>
        <source>At {parts} parts a shift: about {low}–{high} good parts rejected.</source>
        <translation>按每班 {parts} 件计：约误判良品 {low}–{high} 件。</translation>
    </message>
    <message>
        <source>Set by hand; the rule would give {value}.</source>
        <translation>手动设定；按规则应为 {value}。</translation>
    </message>
    <message>
        <source>Rule: the score that {allowed} of 1000 good parts exceed ({base}), plus {margin} % margin.</source>
        <translation>规则：1000 件良品中有 {allowed} 件超过的分数（{base}），再加 {margin} % 余量。</translation>
    </message>
    <message>
        <source>Rule: the tail of the good parts&apos; scores, continued to {allowed} of 1000. No sample reached that far.</source>
        <translation>规则：将良品分数的尾部外推到每 1000 件 {allowed} 件。没有样本达到这么高。</translation>
    </message>
    <message>
        <source>Rule: the largest score of a good sample ({base}), plus {margin} % margin. There are too few samples for {allowed} of 1000.</source>
        <translation>规则：良品样本的最高分数（{base}），再加 {margin} % 余量。样本太少，无法按每 1000 件 {allowed} 件计算。</translation>
    </message>
</context>
<context>
    <name>SampleSide</name>
    <message>
        <source>What is wrong with it</source>
        <translation>缺陷名称</translation>
    </message>
    <message>
        <source>scratch, dent, …</source>
        <translation>划痕、凹坑……</translation>
    </message>
    <message>
        <source>It is good</source>
        <translation>确认是良品</translation>
    </message>
    <message>
        <source>Show the other one</source>
        <translation>显示另一张</translation>
    </message>
    <message>
        <source>Picture of the chosen sample</source>
        <translation>所选样本的图像</translation>
    </message>
    <message>
        <source>Choose a sample</source>
        <translation>请选择样本</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>live</source>
        <translation>实时</translation>
    </message>
    <message numerus="yes">
        <source>%n sample(s) chosen</source>
        <translation>
            <numerusform>已选 %n 个样本</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n picture(s)</source>
        <translation>
            <numerusform>删除 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>SampleView</name>
    <message>
        <source>Picture of the chosen sample</source>
        <translation>所选样本的图像</translation>
    </message>
    <message>
        <source>Choose a picture to see why</source>
        <translation>选择一张图像以查看原因</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>The picture was not kept</source>
        <translation>图像未保存</translation>
    </message>
</context>
<context>
    <name>Samples</name>
    <message>
        <source>Good</source>
        <comment>tray of samples</comment>
        <translation>良品</translation>
    </message>
    <message>
        <source>Bad</source>
        <comment>tray of samples</comment>
        <translation>不良品</translation>
    </message>
    <message>
        <source>Unsorted</source>
        <comment>tray of samples</comment>
        <translation>未分类</translation>
    </message>
    <message>
        <source>check</source>
        <comment>use of a sample: it checks the limit and never teaches</comment>
        <translation>检验</translation>
    </message>
    <message>
        <source>teach</source>
        <comment>use of a sample: it may teach the model</comment>
        <translation>示教</translation>
    </message>
    <message>
        <source>Nearly the same as another sample; it is not counted.</source>
        <translation>与另一个样本几乎相同，不计数。</translation>
    </message>
    <message>
        <source>Odd one out: is it really good?</source>
        <translation>与众不同：它真的是良品吗？</translation>
    </message>
    <message>
        <source>Outside the picture limits.</source>
        <translation>超出图像界限。</translation>
    </message>
    <message>
        <source>From the camera {name}</source>
        <translation>来自相机 {name}</translation>
    </message>
    <message>
        <source>From the file {name}</source>
        <translation>来自文件 {name}</translation>
    </message>
    <message>
        <source>From History, part {name}</source>
        <translation>来自历史，零件 {name}</translation>
    </message>
</context>
<context>
    <name>SamplesStep</name>
    <message>
        <source>Folder with pictures</source>
        <translation>图像文件夹</translation>
    </message>
    <message>
        <source>Importing into {tray}</source>
        <translation>正在导入到“{tray}”</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) imported</source>
        <translation>
            <numerusform>已导入 %n 张图像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) nearly the same, not counted</source>
        <translation>
            <numerusform>%n 张几乎相同，不计数</numerusform>
        </translation>
    </message>
    <message>
        <source>the rest was left out</source>
        <translation>其余未导入</translation>
    </message>
    <message>
        <source>Looking for odd ones</source>
        <translation>正在查找异常样本</translation>
    </message>
    <message numerus="yes">
        <source>Look at %n picture(s): odd ones out</source>
        <translation>
            <numerusform>请查看 %n 张与众不同的图像</numerusform>
        </translation>
    </message>
    <message>
        <source>No sample stands out</source>
        <translation>没有与众不同的样本</translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) deleted</source>
        <translation>
            <numerusform>已删除 %n 张图像</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>New pictures go to</source>
        <translation>新图像放入</translation>
    </message>
    <message>
        <source>Import folder</source>
        <translation>导入文件夹</translation>
    </message>
    <message>
        <source>Look for odd ones</source>
        <translation>查找异常样本</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
    <message>
        <source>{teach} teach, {check} check</source>
        <translation>{teach} 个示教，{check} 个检验</translation>
    </message>
    <message numerus="yes">
        <source>odd: %n picture(s)</source>
        <translation>
            <numerusform>与众不同：%n 张</numerusform>
        </translation>
    </message>
    <message>
        <source>All of them check; none teaches.</source>
        <translation>全部用于检验，不用于示教。</translation>
    </message>
    <message>
        <source>These count for nothing yet.</source>
        <translation>暂不计数。</translation>
    </message>
    <message>
        <source>Import or capture pictures of good parts: 20 at least, better 60.</source>
        <translation>请导入或拍摄良品图像：至少 20 张，最好 60 张。</translation>
    </message>
    <message>
        <source>Bad parts show how many the limit finds. A few are enough.</source>
        <translation>不良品用来显示判定限能检出多少。几张就够。</translation>
    </message>
    <message>
        <source>Pictures to be sorted with the keys G, B and U.</source>
        <translation>用 G、B、U 键分类的图像。</translation>
    </message>
</context>
<context>
    <name>ScaleLimits</name>
    <message>
        <source>No scale yet: place two points on something you know the length of.</source>
        <translation>还没有比例：请在已知长度的物体上放两个点。</translation>
    </message>
    <message>
        <source>The points are {distance} px apart. How many mm is that?</source>
        <translation>两点相距 {distance} px。这是多少毫米？</translation>
    </message>
    <message>
        <source>A pixel is {scale} mm.</source>
        <translation>一个像素为 {scale} mm。</translation>
    </message>
    <message>
        <source>A pixel is {scale} mm; the picture shows {width} × {height} mm.</source>
        <translation>一个像素为 {scale} mm；图像范围为 {width} × {height} mm。</translation>
    </message>
    <message>
        <source>{done} of {count} shots</source>
        <translation>第 {done} 张，共 {count} 张</translation>
    </message>
    <message>
        <source>Nothing was learned: {reason}</source>
        <translation>没有学到：{reason}</translation>
    </message>
    <message numerus="yes">
        <source>Learned from %n shot(s).</source>
        <translation>
            <numerusform>由 %n 张图像学得。</numerusform>
        </translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Picture limits</source>
        <translation>图像界限</translation>
    </message>
    <message>
        <source>Place two points on a known length, and enter it; the picture stands still meanwhile. Arrow keys move a point, Space takes the other one.</source>
        <translation>在已知长度上放两个点，并输入长度；期间图像保持不动。方向键移动点，空格换另一个点。</translation>
    </message>
    <message>
        <source>Place two points</source>
        <translation>放两个点</translation>
    </message>
    <message>
        <source>Known length</source>
        <translation>已知长度</translation>
    </message>
    <message>
        <source>or size of a pixel</source>
        <translation>或像素尺寸</translation>
    </message>
    <message>
        <source>Show good parts as the line will. A later picture that is darker, blurred or shifted is not judged.</source>
        <translation>请像产线上那样展示良品。之后更暗、模糊或偏移的图像将不予判定。</translation>
    </message>
    <message numerus="yes">
        <source>Learn from %n shot(s)</source>
        <translation>
            <numerusform>用 %n 张图像学习</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Forget limits</source>
        <translation>清除界限</translation>
    </message>
    <message>
        <source>Learning the picture limits</source>
        <translation>正在学习图像界限</translation>
    </message>
    <message>
        <source>allowed</source>
        <translation>允许</translation>
    </message>
    <message>
        <source>now</source>
        <comment>value of the live picture</comment>
        <translation>现在</translation>
    </message>
    <message>
        <source>Brightness</source>
        <translation>亮度</translation>
    </message>
    <message>
        <source>Pure black</source>
        <translation>全黑</translation>
    </message>
    <message>
        <source>Pure white</source>
        <translation>全白</translation>
    </message>
    <message>
        <source>Sharpness</source>
        <comment>of the picture</comment>
        <translation>清晰度</translation>
    </message>
    <message>
        <source>Evenness</source>
        <comment>of the light</comment>
        <translation>均匀度</translation>
    </message>
    <message>
        <source>Place of the part, from left</source>
        <translation>零件位置，距左</translation>
    </message>
    <message>
        <source>Place of the part, from top</source>
        <translation>零件位置，距上</translation>
    </message>
</context>
<context>
    <name>ScoreHistogram</name>
    <message>
        <source>Good samples: {count}</source>
        <translation>良品样本：{count}</translation>
    </message>
    <message>
        <source>Bad samples: {count}</source>
        <translation>不良样本：{count}</translation>
    </message>
    <message>
        <source>Scores appear here once the samples are scored</source>
        <translation>样本评分后，分数显示在此处</translation>
    </message>
    <message>
        <source>Limit {value}</source>
        <translation>判定限 {value}</translation>
    </message>
    <message>
        <source>Scores and limit</source>
        <translation>分数与判定限</translation>
    </message>
    <message>
        <source>Left and right arrow move the limit, Home takes the proposed one</source>
        <translation>左右方向键移动判定限，Home 键采用建议值</translation>
    </message>
</context>
<context>
    <name>SettingsTransfer</name>
    <message>
        <source>Save camera settings</source>
        <translation>保存相机设置</translation>
    </message>
    <message>
        <source>Load camera settings</source>
        <translation>载入相机设置</translation>
    </message>
    <message numerus="yes">
        <source>%n setting(s) saved to {file}</source>
        <translation>
            <numerusform>%n 项设置已保存到 {file}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Setup</name>
    <message>
        <source>Product</source>
        <comment>step of a set-up</comment>
        <translation>产品</translation>
    </message>
    <message>
        <source>Camera</source>
        <comment>step of a set-up</comment>
        <translation>相机</translation>
    </message>
    <message>
        <source>Area</source>
        <comment>step of a set-up</comment>
        <translation>区域</translation>
    </message>
    <message>
        <source>Samples</source>
        <comment>step of a set-up</comment>
        <translation>样本</translation>
    </message>
    <message>
        <source>Model and limit</source>
        <comment>step of a set-up</comment>
        <translation>模型与判定限</translation>
    </message>
    <message>
        <source>Publish</source>
        <comment>step of a set-up</comment>
        <translation>发布</translation>
    </message>
    <message>
        <source>open</source>
        <comment>state of a step: not seen yet</comment>
        <translation>未看</translation>
    </message>
    <message>
        <source>done</source>
        <comment>state of a step</comment>
        <translation>完成</translation>
    </message>
    <message>
        <source>something missing</source>
        <comment>state of a step</comment>
        <translation>有缺项</translation>
    </message>
</context>
<context>
    <name>SetupPage</name>
    <message>
        <source>Everything is saved as a draft by itself</source>
        <translation>全部内容会自动存为草稿</translation>
    </message>
    <message>
        <source>A product without a name</source>
        <translation>未命名的产品</translation>
    </message>
    <message>
        <source>{name} is saved as a draft</source>
        <translation>{name} 已存为草稿</translation>
    </message>
    <message>
        <source>{product} is published</source>
        <translation>{product} 已发布</translation>
    </message>
    <message>
        <source>{product} is published. To run it, choose Change product on the page Station.</source>
        <translation>{product} 已发布。要运行它，请在“工位”页选择“更换产品”。</translation>
    </message>
    <message>
        <source>Next: {step}</source>
        <translation>下一步：{step}</translation>
    </message>
    <message>
        <source>Nothing is missing here.</source>
        <translation>此处没有缺项。</translation>
    </message>
    <message>
        <source>Missing: {what}</source>
        <translation>缺：{what}</translation>
    </message>
    <message numerus="yes">
        <source>Missing: {what} And %n more.</source>
        <translation>
            <numerusform>缺：{what}另有 %n 项。</numerusform>
        </translation>
    </message>
    <message>
        <source>New product</source>
        <translation>新产品</translation>
    </message>
    <message>
        <source>draft, begun from {version}</source>
        <translation>草稿，始于 {version}</translation>
    </message>
    <message>
        <source>draft of a new product</source>
        <translation>新产品的草稿</translation>
    </message>
    <message>
        <source>Not saved; trying again. {reason}</source>
        <translation>未保存；正在重试。{reason}</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Saved as draft {time}</source>
        <translation>已存为草稿 {time}</translation>
    </message>
    <message>
        <source>All products</source>
        <translation>全部产品</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>上一步</translation>
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
    <name>SkippedSheet</name>
    <message numerus="yes">
        <source>%n file(s) left out</source>
        <translation>
            <numerusform>%n 个文件未导入</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n picture(s) imported</source>
        <translation>
            <numerusform>已导入 %n 张图像</numerusform>
        </translation>
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
    <name>TeachPanel</name>
    <message>
        <source>Teach without these products?</source>
        <translation>不含这些产品进行示教？</translation>
    </message>
    <message>
        <source>Teach without them</source>
        <translation>不含它们示教</translation>
    </message>
    <message>
        <source>Do not teach</source>
        <translation>不示教</translation>
    </message>
    <message>
        <source>{model} is taught. The old model stays until a recipe with the new one is published.</source>
        <translation>{model} 示教完成。在发布使用新模型的配方之前，旧模型继续使用。</translation>
    </message>
    <message>
        <source>One good sample sets the limit alone, at {times} times the next score. Bad? Take it out. Good? Add more like it.</source>
        <translation>一个良品样本独自决定了判定限：其分数是第二高分数的 {times} 倍。若是不良品，请取出；若是良品，请增加类似的样本。</translation>
    </message>
    <message>
        <source>Teaching was cancelled. Nothing was kept; the old model stays in use.</source>
        <translation>示教已取消。未保留任何内容；旧模型继续使用。</translation>
    </message>
    <message>
        <source>Teaching failed; the old model stays in use. {reason}</source>
        <translation>示教失败；旧模型继续使用。{reason}</translation>
    </message>
    <message>
        <source>Quick draft</source>
        <translation>快速草稿</translation>
    </message>
    <message>
        <source>Teach the network</source>
        <translation>示教网络</translation>
    </message>
    <message>
        <source>Adds this product to a new model version, together with every product that has samples.</source>
        <translation>将本产品与所有有样本的产品一起加入新的模型版本。</translation>
    </message>
    <message>
        <source>The quick draft remembers the good samples and is good enough to publish.</source>
        <translation>快速草稿记住良品样本，足以发布。</translation>
    </message>
    <message>
        <source>The network takes longer; try it when the draft lets bad parts pass.</source>
        <translation>网络用时更长；草稿漏检不良品时再试。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Progress of teaching</source>
        <translation>示教进度</translation>
    </message>
    <message>
        <source>Ending…</source>
        <translation>正在结束…</translation>
    </message>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
</context>
<context>
    <name>Teaching</name>
    <message>
        <source>Quick draft</source>
        <translation>快速草稿</translation>
    </message>
    <message>
        <source>Scores of the quick draft</source>
        <translation>快速草稿的分数</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Check of every product</source>
        <translation>检验每个产品</translation>
    </message>
    <message>
        <source>reading pictures</source>
        <translation>读取图像</translation>
    </message>
    <message>
        <source>looking at pictures</source>
        <translation>提取特征</translation>
    </message>
    <message>
        <source>training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>remembering good parts</source>
        <translation>记忆良品</translation>
    </message>
    <message>
        <source>weighing</source>
        <translation>加权</translation>
    </message>
    <message>
        <source>measuring good parts</source>
        <translation>测量良品</translation>
    </message>
    <message>
        <source>writing the model</source>
        <translation>写入模型</translation>
    </message>
    <message>
        <source>{stage}: {phase}</source>
        <comment>what is being done</comment>
        <translation>{stage}：{phase}</translation>
    </message>
    <message>
        <source>A product is being taught already.</source>
        <translation>已有产品正在示教。</translation>
    </message>
    <message>
        <source>The line runs. Stop it to teach.</source>
        <translation>产线正在运行。请停止后再示教。</translation>
    </message>
    <message>
        <source>Give the product a name first.</source>
        <translation>请先给产品命名。</translation>
    </message>
    <message>
        <source>Two products have the same name; rename one of them.</source>
        <translation>两个产品同名，请重命名其中一个。</translation>
    </message>
    <message>
        <source>There are too few good samples to teach.</source>
        <translation>良品样本太少，无法示教。</translation>
    </message>
    <message>
        <source>The new model would not know all products of the old one.</source>
        <translation>新模型不会包含旧模型的全部产品。</translation>
    </message>
    <message>
        <source>Recipes that always take the newest model would lose their product. Publish them again first.</source>
        <translation>总是使用最新模型的配方将失去其产品。请先重新发布它们。</translation>
    </message>
    <message>
        <source>There are no samples of {products} here, so the new model will not know them. Their recipes keep the model that they use now.</source>
        <translation>这里没有 {products} 的样本，因此新模型不包含它们。它们的配方继续使用现有模型。</translation>
    </message>
    <message>
        <source>{before} → {after} / {all}</source>
        <comment>counts under the old and the new model, of all parts</comment>
        <translation>{before} → {after} / {all}</translation>
    </message>
    <message>
        <source>Good parts rejected by the new model: {after} of {all}. There is no old one.</source>
        <translation>新模型误判良品：{all} 个中 {after} 个。没有旧模型。</translation>
    </message>
    <message>
        <source>Bad parts found by the new model: {after} of {all}. There is no old one.</source>
        <translation>新模型检出不良品：{all} 个中 {after} 个。没有旧模型。</translation>
    </message>
    <message>
        <source>Good parts rejected: {before} by the old model, {after} of {all} by the new one.</source>
        <translation>误判良品：旧模型 {before} 个，新模型 {after} 个，共 {all} 个。</translation>
    </message>
    <message>
        <source>Bad parts found: {before} by the old model, {after} of {all} by the new one.</source>
        <translation>检出不良品：旧模型 {before} 个，新模型 {after} 个，共 {all} 个。</translation>
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
    <name>Transfer</name>
    <message>
        <source>Export {product}</source>
        <translation>导出 {product}</translation>
    </message>
    <message>
        <source>Import package</source>
        <translation>导入配方包</translation>
    </message>
    <message>
        <source>{product} is exported to {file}</source>
        <translation>{product} 已导出到 {file}</translation>
    </message>
    <message>
        <source>Export package</source>
        <translation>导出配方包</translation>
    </message>
    <message>
        <source>{product} is imported and published</source>
        <translation>{product} 已导入并发布</translation>
    </message>
    <message>
        <source>{reason} Nothing was changed.</source>
        <translation>{reason}未作任何改动。</translation>
    </message>
    <message>
        <source>The package is refused</source>
        <translation>配方包被拒绝</translation>
    </message>
    <message>
        <source>This did not work</source>
        <translation>未能完成</translation>
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
    <name>TrialPanel</name>
    <message>
        <source>Looking at history</source>
        <translation>正在查看历史</translation>
    </message>
    <message>
        <source>The part is in the tray of unsorted samples.</source>
        <translation>该零件已放入未分类样本。</translation>
    </message>
    <message>
        <source>The picture of this part was not kept.</source>
        <translation>该零件的图像未保存。</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Last 24 hours</source>
        <translation>最近 24 小时</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>最近 7 天</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>最近 30 天</translation>
    </message>
    <message>
        <source>All that is stored</source>
        <translation>全部记录</translation>
    </message>
    <message>
        <source>Simulated parts</source>
        <translation>模拟零件</translation>
    </message>
    <message>
        <source>Period</source>
        <translation>时段</translation>
    </message>
    <message>
        <source>Try</source>
        <translation>试算</translation>
    </message>
    <message>
        <source>Add to samples</source>
        <translation>加入样本</translation>
    </message>
    <message>
        <source>Parts that would be judged otherwise</source>
        <translation>判定会改变的零件</translation>
    </message>
    <message>
        <source>See what this limit would have done to parts of the past.</source>
        <translation>查看此判定限对历史零件的效果。</translation>
    </message>
    <message>
        <source>{parts} parts: NG {before} → {after}.</source>
        <translation>{parts} 件：NG {before} → {after}。</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) would be judged otherwise.</source>
        <translation>
            <numerusform>%n 件判定会改变。</numerusform>
        </translation>
    </message>
    <message>
        <source>The limit or the area changed since; try again.</source>
        <translation>此后判定限或区域有变，请重新试算。</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s): not known, no map was kept.</source>
        <translation>
            <numerusform>%n 件：未知，未保存异常图。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) of another model left out.</source>
        <translation>
            <numerusform>%n 件由其他模型判定，未计入。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n part(s) with other tiles left out.</source>
        <translation>
            <numerusform>%n 件使用其他图块，未计入。</numerusform>
        </translation>
    </message>
    <message>
        <source>Took {seconds} s, without the model.</source>
        <translation>用时 {seconds} 秒，未使用模型。</translation>
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
    <name>WorkingSheet</name>
    <message>
        <source>Working…</source>
        <translation>处理中…</translation>
    </message>
</context>
<context>
    <name>WrongSide</name>
    <message>
        <source>Rejected: {count}</source>
        <comment>good samples above the limit</comment>
        <translation>误判：{count}</translation>
    </message>
    <message>
        <source>Missed: {count}</source>
        <comment>bad samples below the limit</comment>
        <translation>漏检：{count}</translation>
    </message>
    <message>
        <source>Known once the samples are scored.</source>
        <translation>样本评分后可知。</translation>
    </message>
    <message>
        <source>No good sample is rejected.</source>
        <translation>没有良品样本被误判。</translation>
    </message>
    <message>
        <source>No bad sample is let pass.</source>
        <translation>没有不良样本漏检。</translation>
    </message>
    <message>
        <source>Good samples above the limit</source>
        <translation>高于判定限的良品样本</translation>
    </message>
    <message>
        <source>Bad samples below the limit</source>
        <translation>低于判定限的不良样本</translation>
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
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>未完成</translation>
    </message>
    <message>
        <source>Measure 200 shots</source>
        <translation>测量 200 次</translation>
    </message>
    <message>
        <source>Store a shot</source>
        <translation>保存自检图像</translation>
    </message>
    <message>
        <source>Name and line code</source>
        <translation>名称和产线代码</translation>
    </message>
    <message>
        <source>Camera, scale and picture limits</source>
        <translation>相机、比例和图像界限</translation>
    </message>
    <message>
        <source>Area and tiles</source>
        <translation>区域和图块</translation>
    </message>
    <message>
        <source>Samples</source>
        <translation>样本</translation>
    </message>
    <message>
        <source>Samples scored with this model</source>
        <translation>样本已用此模型评分</translation>
    </message>
    <message>
        <source>Check set as promised</source>
        <translation>检验结果符合承诺</translation>
    </message>
    <message>
        <source>Other products not worse</source>
        <translation>其他产品没有变差</translation>
    </message>
    <message>
        <source>Time within the deadline</source>
        <translation>时间在时限之内</translation>
    </message>
    <message>
        <source>Memory fits</source>
        <translation>内存足够</translation>
    </message>
    <message>
        <source>Self-test shot gives its score</source>
        <translation>自检图像给出原分数</translation>
    </message>
</context>
</TS>
