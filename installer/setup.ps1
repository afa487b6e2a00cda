<#
    Sets Inspector up from a source tree on Windows 10 or 11 (64 bit): .venv and pinned Python packages.

        powershell -ExecutionPolicy Bypass -File installer\setup.ps1           for developers: run, test, check
        powershell -ExecutionPolicy Bypass -File installer\setup.ps1 run       only what a station needs

    The same steps as installer/setup.sh; Windows brings its own fonts and needs no system packages. Afterwards:

        .venv\Scripts\python.exe main.py run
#>
param([ValidateSet('dev', 'run')][string]$For = 'dev')

$ErrorActionPreference = 'Stop'
Set-Location (Join-Path $PSScriptRoot '..')
$lock = if ($For -eq 'run') { 'requirements.lock' } else { 'requirements-dev.lock' }
$python = '.venv\Scripts\python.exe'

function Get-Fingerprint([string]$LockFile) {
    $hashes = foreach ($file in $LockFile, 'requirements-torch.txt', 'installer\setup.ps1') {
        (Get-FileHash -Algorithm SHA256 $file).Hash
    }
    $hashes -join ''
}

function Test-Done([string]$Name, [string]$LockFile) {
    $stamp = ".venv\.setup-$Name"
    (Test-Path $python) -and (Test-Path $stamp) -and ((Get-Content -Raw $stamp).Trim() -eq (Get-Fingerprint $LockFile))
}

function Invoke-Checked([string]$Program, [string[]]$Arguments) {
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "'$Program $($Arguments -join ' ')' ended with code $LASTEXITCODE" }
}

if ((Test-Done $For $lock) -or ($For -eq 'run' -and (Test-Done 'dev' 'requirements-dev.lock'))) { exit 0 }

if (-not (Test-Path $python)) {
    if (-not (Get-Command py -ErrorAction SilentlyContinue)) {
        throw 'Python 3.11 (64 bit) was not found. Install it from python.org with the "py launcher" option, then run this again.'
    }
    & py -3.11-64 -c 'pass' 2>$null
    if ($LASTEXITCODE -ne 0) { throw 'Python 3.11 (64 bit) was not found by the py launcher. Install it, then run this again.' }
    Write-Host 'setup: making .venv'
    Invoke-Checked 'py' @('-3.11-64', '-m', 'venv', '.venv')
}

Write-Host "setup: installing Python packages from $lock (some minutes the first time)"
$pip = @('-m', 'pip', '--disable-pip-version-check', 'install', '--quiet')
Invoke-Checked $python ($pip + @('--require-hashes', '--no-deps', '--requirement', $lock))
Invoke-Checked $python ($pip + @('--requirement', 'requirements-torch.txt'))

Write-Host 'setup: checking that everything loads'
Invoke-Checked $python @('-c', 'import cv2, genicam.gentl, harvesters.core, openvino, pyqtgraph, pysqlite3, sqlalchemy, torch, PySide6.QtWidgets')

Set-Content -NoNewline -Path ".venv\.setup-$For" -Value (Get-Fingerprint $lock)
Write-Host 'setup: ready. Start with: .venv\Scripts\python.exe main.py run'
